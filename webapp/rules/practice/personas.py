"""The people volunteers practise with: they do not exist, and no phone is behind any of them (SPEC H5).

Their numbers are 555-01xx, which nobody has. Their words stand here; each text of ours gets the next of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.rules.library.prepared import Answer, Prepared
from webapp.rules.library.shelf import BY_SLUG

# A good volunteer does one of these with each
REPORT, ANSWER, NOTHING, OPT_OUT, WRONG, DECIDE = "report", "answer", "nothing", "opt_out", "wrong_number", "decide"


@dataclass(frozen=True)
class Persona:
    """``says``: in the language of the practice; the first after our first text. ``wants``: what a good volunteer does."""

    first_name: str
    last_name: str
    place: str
    zip: str
    zone: str
    wants: str
    says: dict[str, tuple[str, ...]]

    def replies(self, language: str) -> tuple[str, ...]:
        return self.says.get(language, self.says["en"])


PERSONAS = (
    Persona(
        "Dana",
        "Hill",
        "Erie, PA",
        "16501",
        "America/New_York",
        REPORT,
        {
            "en": ("Yes! I always vote.", "After work, around six. Thanks for asking!"),
            "es": ("¡Sí! Yo siempre voto.", "Después del trabajo, a las seis. ¡Gracias por preguntar!"),
        },
    ),
    Persona(
        "Marcus",
        "Lee",
        "Columbus, OH",
        "43215",
        "America/New_York",
        REPORT,
        {"en": ("No, not this year.", "I just don't see the point."), "es": ("No, este año no.", "No le veo sentido.")},
    ),
    Persona("Pat", "Quinn", "Reading, PA", "19601", "America/New_York", NOTHING, {"en": ("STOP",), "es": ("STOP",)}),
    Persona(
        "Gloria",
        "Reyes",
        "Chicago, IL",
        "60601",
        "America/Chicago",
        OPT_OUT,
        {
            "en": ("Are you kidding me?! You people text me EVERY DAY.", "This is ridiculous."),
            "es": ("¿¡En serio!? Me escriben TODOS LOS DÍAS.", "Esto es ridículo."),
        },
    ),
    Persona(
        "Sam",
        "Brown",
        "Denver, CO",
        "80202",
        "America/Denver",
        WRONG,
        {
            "en": ("Wrong number, this isn't Sam.", "No problem."),
            "es": ("Número equivocado, no soy Sam.", "No hay problema."),
        },
    ),
    Persona(
        "Priya",
        "Shah",
        "Pittsburgh, PA",
        "15213",
        "America/New_York",
        ANSWER,
        {
            "en": ("Who is this? How did you get my number?", "OK. Where do I vote?"),
            "es": ("¿Quién eres? ¿Cómo sabes mi nombre?", "Bueno. ¿Dónde voto?"),
        },
    ),
    Persona(
        "Rosa",
        "Mendoza",
        "Phoenix, AZ",
        "85004",
        "America/Phoenix",
        ANSWER,
        {
            "en": ("Hola, no hablo inglés. ¿Qué es esto?", "Gracias, espero."),
            "es": ("Hi, I don't read Spanish. What is this about?", "Thanks, I'll wait."),
        },
    ),
    Persona(
        "Lou",
        "Carter",
        "Toledo, OH",
        "43604",
        "America/New_York",
        DECIDE,
        {"en": ("Please take me off your list.",), "es": ("Por favor, bórrame de tu lista.",)},
    ),
)
_SCRIPTS = {"en": BY_SLUG["get-out-the-vote"], "es": BY_SLUG["salir-a-votar"]}


def scripts(language: str) -> Prepared:
    return _SCRIPTS.get(language, _SCRIPTS["en"])


def answers(language: str) -> tuple[Answer, ...]:
    return scripts(language).answers
