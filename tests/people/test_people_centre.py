"""Opening a centre from nothing: its organisations, teams and people, by commands that are acts of the journal."""

from __future__ import annotations

import argparse

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client, override_settings

from egide.doors.commands.main import declared
from egide.doors.people.commands import run
from egide.journal.facts import Channel, Context, Role
from egide.journal.models import Act
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import make_iban
from egide.people.acts import NewOrganisation, NewTeam, NewUser, add_organisation, add_team, add_user
from egide.people.models import Organisation, User
from egide.people.queries import actor_of, organisations, team_named, user_by_role
from egide.work.acts import take_item
from egide.work.models import Item
from people.families import at, received_form

SOUTH = NewOrganisation(
    code="sud", kind="delegate", name="Mutuelle du Sud", siren="999000045", address="1 rue A, 31000 Toulouse",
    creditor_identifier="FR76ZZZ999003", iban=make_iban("30004", "99004", "100200300").compact,
)  # fmt: skip


def egide(*words: str) -> int:
    """One command as an operator types it."""
    parser = argparse.ArgumentParser()
    next(one for one in declared() if one.word == "centre").declare(parser)
    return run(parser.parse_args(words))


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    """What the command said last."""
    return capsys.readouterr().out.strip().splitlines()[-1]


@pytest.mark.requirement("S003-016")
def test_a_centre_is_opened_command_by_command(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    """A delegate, its team, its gestionnaire: she signs in with the password shown once, and sees her perimeter alone."""
    assert egide("delegate", "sud", "--name", "Mutuelle du Sud", "--siren", "999000045") == 0
    assert egide("team", "Sud", "--site", "Toulouse", "--organisation", "sud") == 0
    assert egide("user", "Anne@Sud.invalid", "--name", "Anne Roy", "--role", "gestionnaire", "--team", "Sud") == 0
    password = last_line(capsys)
    user = User.objects.get(email="anne@sud.invalid")
    assert check_password(password, user.password)
    assert actor_of(user).perimeters == (dict(perimeters())["sud"],)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        answer = Client().post("/connexion", {"username": "anne@sud.invalid", "password": password})
    assert answer.status_code == 302
    kinds = list(Act.objects.order_by("-pk").values_list("kind", flat=True)[:3])
    assert kinds == ["centre.user", "centre.team", "centre.organisation"]
    assert not Act.objects.filter(reasons__icontains=password).exists()
    egide("list")
    assert "anne@sud.invalid" in capsys.readouterr().out


def perimeters() -> list[tuple[str, int]]:
    """Every organisation's code and perimeter."""
    return list(Organisation.objects.filter(perimeter__isnull=False).values_list("perimeter__code", "perimeter_id"))


def test_a_password_is_replaced_an_account_closed_and_opened_again(
    db: None, system: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """The former password ends; a closed account enters no more, and what it held waits for someone else."""
    user = user_by_role(Role.ADMINISTRATOR)
    egide("password", user.email)
    password = last_line(capsys)
    user.refresh_from_db()
    assert check_password(password, user.password)
    form = received_form(system)
    item = Item.objects.get(kind="enrolment", subject_id=form.pk)
    take_item(Context(actor_of(user), Channel.SCREEN), item.pk)
    egide("close", user.email)
    item.refresh_from_db()
    assert item.assignee_id is None
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        assert Client().post("/connexion", {"username": user.email, "password": password}).status_code == 422
        egide("reopen", user.email)
        assert Client().post("/connexion", {"username": user.email, "password": password}).status_code == 302


def test_a_role_and_a_team_change(db: None) -> None:
    """The person sees what the new team opens, and may do what the new role allows."""
    user = user_by_role(Role.ADMINISTRATOR)
    egide("change", user.email, "--role", "auditeur", "--team", "Mutuelle de l’Est")
    actor = actor_of(User.objects.get(pk=user.pk))
    assert (actor.role, actor.perimeters) == (Role.AUDITOR, (3,))
    told = Act.objects.latest("pk")
    assert (told.kind, told.subject_label, told.perimeter_id) == ("centre.user_change", user.full_name, 3)


def test_an_organisation_is_kept_with_its_checked_numbers(db: None, system: Context) -> None:
    """Its letters, its debits and its payments can be made in its name."""
    perimeter = add_organisation(system, SOUTH)
    kept = Organisation.objects.get(perimeter_id=perimeter)
    assert (kept.name, kept.creditor_identifier, kept.iban) == (SOUTH.name, SOUTH.creditor_identifier, SOUTH.iban)
    assert kept.perimeter is not None and kept.perimeter.insurer_name == "Union mutualiste Horizon"
    assert ("sud", "delegate", "Mutuelle du Sud") in organisations()


@pytest.mark.parametrize(
    ("changes",                                  "code"),
    [
        ({"siren": "999000046"},                   "siren.key"),
        ({"siren": "999000011"},                   "people.organisation_known"),
        ({"code": "horizon"},                      "journal.perimeter_known"),
        ({"code": ""},                             "people.organisation"),
        ({"kind": "partner"},                      "people.organisation"),
        ({"insurer": "nobody"},                    "people.insurer"),
        ({"iban": "FR7630006000011234567890188"},  "iban.key"),
        ({"creditor_identifier": "FR00ZZZ999003"}, "ics.key"),
    ],
)  # fmt: skip
def test_a_wrong_organisation_is_refused_whole(db: None, system: Context, changes: dict[str, str], code: str) -> None:
    """Nothing is kept: no perimeter without its organisation."""
    before = len(perimeters())
    given = {name: getattr(SOUTH, name) for name in SOUTH.__slots__} | changes
    with pytest.raises(Refusal) as refused:
        add_organisation(system, NewOrganisation(**given))
    assert (refused.value.code, len(perimeters())) == (code, before)


@pytest.mark.parametrize(
    ("team",                                                     "code"),
    [
        (NewTeam("Nord", "Lille", "national", ()),                 "people.team"),
        (NewTeam("Nord", "Lille", "national", ("nobody",)),        "people.team"),
        (NewTeam("Nord", "Lille", "flandres", ("horizon",)),       "people.team"),
        (NewTeam("Adhésions", "Olivet", "national", ("horizon",)), "people.team_known"),
    ],
)  # fmt: skip
def test_a_wrong_team_is_refused(db: None, system: Context, team: NewTeam, code: str) -> None:
    """A team opens something, somewhere, once."""
    with pytest.raises(Refusal) as refused:
        add_team(system, team)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("email",                      "name",   "role",               "code"),
    [
        ("not an address",           "Anne",   Role.ADMINISTRATOR,   "people.email"),
        ("GESTIONNAIRE@demo.invalid", "Anne",  Role.ADMINISTRATOR,   "people.user_known"),
        ("anne@x.invalid",           " ",      Role.ADMINISTRATOR,   "people.user"),
        ("anne@x.invalid",           "Anne",   Role.SYSTEM,          "people.user"),
    ],
)  # fmt: skip
def test_a_wrong_account_is_refused(db: None, system: Context, email: str, name: str, role: Role, code: str) -> None:
    """One person, one address, and a role that is a person's."""
    with pytest.raises(Refusal) as refused:
        add_user(system, NewUser(email, name, role, team_named("Adhésions").id), password_hash="!")
    assert refused.value.code == code


@pytest.mark.parametrize("role", sorted({*Role} - {Role.SYSTEM, Role.OPERATOR}))
def test_only_an_operator_makes_people(db: None, role: Role) -> None:
    """Nobody gives themselves an account or a role."""
    with pytest.raises(Refusal) as refused:
        add_organisation(at(role), SOUTH)
    assert refused.value.code == "journal.permission"


@pytest.mark.parametrize(
    "words", [("close", "nobody@x.invalid"), ("change", "nobody@x.invalid", "--team", "Nulle part")]
)
def test_whom_nobody_knows_is_refused_with_what_to_do(db: None, words: tuple[str, ...]) -> None:
    """The refusal says where to look."""
    with pytest.raises(Refusal) as refused:
        egide(*words)
    assert refused.value.code.endswith("not_found") and refused.value.remedy
