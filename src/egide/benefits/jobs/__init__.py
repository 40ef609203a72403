"""The batches of benefits: reading a care file, paying, following contracts."""
