"""What the floors above read of people and organisations, frozen."""

from __future__ import annotations

from dataclasses import dataclass

from egide.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class RightsNumbers:
    """Under which numbers an organisation announces rights, as agreed with the compulsory scheme; others are refused."""

    amc_number: str  # eight digits
    sender: str  # at most fourteen
    recipient: str

    def __post_init__(self) -> None:
        numbers = (self.amc_number, self.sender, self.recipient)
        digits = all(each.isascii() and each.isdecimal() for each in numbers)
        if not digits or len(self.amc_number) != 8 or max(len(self.sender), len(self.recipient)) > 14:
            raise Refusal(
                code="people.rights_numbers",
                where=self.amc_number,
                message="Le numéro d’organisme a huit chiffres ; l’émetteur et le destinataire en ont quatorze au plus.",
                remedy="Recopiez-les de la convention d’échange signée avec la caisse.",
            )
