"""People who answer by themselves, so that one person can rehearse a text bank alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """``share``: percent of people; ``lines``: their answers, one to each text."""

    name: str
    share: int
    lines: tuple[str, ...]


PERSONAS = (
    Persona("Says nothing", 40, ()),
    Persona("Yes", 16, ("Yes! Count me in", "Thank you, see you there")),
    Persona("No", 10, ("No thanks, I have other plans", "ok")),
    Persona("Asks", 12, ("Where do I vote?", "Great, what are the hours?", "Thanks!")),
    Persona("Spanish", 8, ("¿Me puede escribir en español?", "Sí, voy a votar, gracias")),
    Persona("Insults", 4, ("You people are a disgrace, get a real job",)),
    Persona("STOP", 6, ("STOP",)),
    Persona("Take me off", 4, ("Please take me off your list",)),
)


def of(phone: str) -> Persona:
    """A phone is always the same persona."""
    place = int(hashlib.sha256(phone.encode()).hexdigest(), 16) % 100
    for persona in PERSONAS:
        if place < persona.share:
            return persona
        place -= persona.share
    return PERSONAS[0]


def answer(phone: str, answered: int, texted: int) -> str:
    """Their answer to the newest text; "" where they have said everything, or wait for our answer."""
    lines = of(phone).lines
    return lines[answered] if answered < len(lines) and texted > answered else ""
