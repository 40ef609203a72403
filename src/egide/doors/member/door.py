"""The record of a member: one page, laid with what trades give."""

from __future__ import annotations

from django.urls import path

from egide.doors.frame.door import Door
from egide.doors.member import address, api, member

DOOR = Door(
    "member",
    urls=(
        path("adherents/<str:number>", member.member, name="member"),
        path("adherents/<str:number>/adresse", address.address, name="address"),
    ),
    api=api.router,
)
