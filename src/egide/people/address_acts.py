"""Where people live, as it changes: an address replaced, people who move, and what was known before kept by day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from egide.journal import clock
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count
from egide.people.models import Household, HouseholdPast, Person, PersonPast

_SAID = {"line1": "adresse", "postcode": "code postal", "city": "ville", "phone": "téléphone", "email": "courriel"}
_POSTCODE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Address:
    """Where letters go, and how the people who live there are reached."""

    line1: str
    postcode: str
    city: str
    phone: str = ""
    email: str = ""

    def or_known(self, known: Address) -> Address:
        """This address; what it leaves blank to reach people by stays as it was known."""
        return replace(self, phone=self.phone or known.phone, email=self.email or known.email)


def address_of(household: Household | HouseholdPast) -> Address:
    """The address that a household has, or had."""
    return Address(*(getattr(household, name) for name in _SAID))


def new_household(perimeter_id: int, address: Address) -> Household:
    """A household nobody lives in yet."""
    return Household.objects.create(perimeter_id=perimeter_id, **asdict(address))


def house(record: Record, people: Sequence[Person], address: Address, *, apart: Collection[int] = ()) -> Household:
    """The household where these people live together from today, the first one's, at this address.

    Whoever lived with the first one follows, except those of ``apart``: for their sake the former address stays, and
    the others leave it for a new household. What was known before is kept, with the day and the act that changed it.
    """
    home = Household.objects.select_for_update().get(pk=people[0].household_id)
    lived_there = list(Person.objects.select_for_update().filter(household=home))
    moving = {one.pk for one in people} | {one.pk for one in lived_there if one.pk not in apart}
    wanted = address.or_known(address_of(home))
    if wanted != address_of(home):
        if any(one.pk not in moving for one in lived_there):
            home = new_household(home.perimeter_id, wanted)
            record.because("Nouveau foyer : d’autres personnes gardent l’ancienne adresse.")
        else:
            _replace_address(record, home, wanted)
    for one in {each.pk: each for each in (*lived_there, *people) if each.pk in moving}.values():
        join(record, one, home)
    for one in people:
        one.household = home
    return home


def join(record: Record, person: Person, home: Household) -> None:
    """A known person lives in this household from today; where they lived before is kept."""
    if person.household_id == home.pk:
        return
    keep_former_person(record, person)
    person.household = home
    person.save(update_fields=["household"])
    record.because(f"{person} rejoint le foyer.")


def keep_former_person(record: Record, person: Person) -> None:
    """Keeps who a person is known to be, before an act changes it."""
    PersonPast.objects.create(
        person=person,
        perimeter_id=person.perimeter_id,
        household_id=person.household_id,
        last_name=person.last_name,
        first_name=person.first_name,
        birth_date=person.birth_date,
        birth_rank=person.birth_rank,
        nir=person.nir,
        insured_nir=person.insured_nir,
        until_on=clock.today(),
        act_id=record.id,
    )


def _replace_address(record: Record, home: Household, address: Address) -> None:
    former = address_of(home)
    changed = [said for name, said in _SAID.items() if getattr(former, name) != getattr(address, name)]
    HouseholdPast.objects.create(
        household=home, perimeter_id=home.perimeter_id, until_on=clock.today(), act_id=record.id, **asdict(former)
    )
    for name in _SAID:
        setattr(home, name, getattr(address, name))
    home.save()
    record.because("Coordonnées changées : " + ", ".join(changed) + ".")


def change_address(
    context: Context, person_id: int, address: Address, *, movers: Collection[int], known: Address
) -> Household:
    """Changes where a person lives and how they are reached; ``movers`` of the household follow, the others stay.

    ``known`` is the address that was on the screen: refused when a colleague changed it in between.
    """
    given = [person_id, address, sorted(movers), known]
    with perform(context, "person.move", needs=Permission.CONTACT, given=given) as act:
        refuse_address(address)
        person = Person.objects.select_related("household").filter(pk=person_id).first()
        if person is None:
            raise Refusal(
                code="people.not_found",
                where=str(person_id),
                message="Cette personne n’existe pas ou ne vous est pas accessible.",
                remedy="Cherchez-la par son nom.",
            )
        Household.objects.select_for_update().get(pk=person.household_id)
        person.household.refresh_from_db()
        before = address_of(person.household)
        if before != known:
            raise Refusal(
                code="people.changed_meanwhile",
                where="line1",
                message="Un collègue a changé ces coordonnées pendant votre saisie ; rien n’a été écrasé.",
                remedy="Relisez les coordonnées affichées, puis confirmez de nouveau.",
            )
        if before == address:
            raise Refusal(
                code="people.same_address",
                where="line1",
                message="Ce sont déjà les coordonnées connues.",
                remedy="Changez ce qui doit l’être, ou revenez à la fiche.",
            )
        act.on("person", person.pk, str(person), person.perimeter_id)
        lived_there = set(Person.objects.filter(household_id=person.household_id).values_list("pk", flat=True))
        home = _at(act, person, address, apart=lived_there - {person.pk, *movers})
        moved = format_count(len((lived_there & set(movers)) | {person.pk}), "personne", "personnes")
        act.because(f"Pour {moved} du foyer, à partir du {clock.today():%d/%m/%Y}.")
        act.outcome = {"household": home.pk}
    return home


def _at(record: Record, person: Person, address: Address, *, apart: Collection[int]) -> Household:
    """The same as ``house``, where a telephone or an e-mail address left blank is one that no longer serves."""
    home = person.household
    if not apart:
        _replace_address(record, home, address)
        return home
    former, home = home, new_household(person.perimeter_id, address)
    for one in Person.objects.select_for_update().filter(household=former).exclude(pk__in=apart):
        join(record, one, home)
    return home


def refuse_address(address: Address) -> None:
    """Refuses an address that no letter can reach."""
    for name in ("line1", "city"):
        if not getattr(address, name).strip():
            raise Refusal(
                code="people.address",
                where=name,
                message=f"Il manque l’information « {_SAID[name]} ».",
                remedy="Recopiez l’adresse complète de la demande.",
            )
    if len(address.postcode) != _POSTCODE_DIGITS or not (address.postcode.isascii() and address.postcode.isdigit()):
        raise Refusal(
            code="people.postcode",
            where="postcode",
            message=f"« {address.postcode} » n’est pas un code postal.",
            remedy="Cinq chiffres, par exemple 45000.",
        )


def address_on(person_id: int, day: date) -> Address:
    """Where a person lived on a day, as it is known today."""
    then = _first_after(PersonPast.objects.filter(person_id=person_id), day)
    household_id = then.household_id if then else Person.objects.get(pk=person_id).household_id
    past = _first_after(HouseholdPast.objects.filter(household_id=household_id), day)
    return address_of(past or Household.objects.get(pk=household_id))


def identity_on(person_id: int, day: date) -> Person | PersonPast:
    """Who a person was known to be on a day: a name, a birth date, the number of their rights."""
    return _first_after(PersonPast.objects.filter(person_id=person_id), day) or Person.objects.get(pk=person_id)


def _first_after(past, day: date):  # type: ignore[no-untyped-def]
    return past.filter(until_on__gt=day).order_by("until_on", "pk").first()
