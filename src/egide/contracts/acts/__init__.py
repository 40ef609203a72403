"""The acts of contracts: forms and enrolments, endorsements, rights movements."""
