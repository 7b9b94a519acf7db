"""The library's scripts in Spanish (SPEC H3). The first texts do without á, í, ó and ú: these make a segment 70 characters."""

from __future__ import annotations

from webapp.rules.library.prepared import OPT_OUT, PROSPECT, SPANISH, WILL_VOTE, WRONG_NUMBER, Answer, Prepared

_HELLO = "Hola ##{{first_name}}, soy ##{{user.first_name}}, de ##{{campaign.name}}."
_STOP = "Responde STOP para no recibir mensajes."
ALWAYS = (
    Answer(
        "¿Quién eres?", "Soy ##{{user.first_name}} y ayudo a ##{{campaign.name}}. Escribo a la gente de nuestra zona."
    ),
    Answer(
        "¿De dónde sacaron mi número?",
        "Las campañas reciben los teléfonos del registro de votantes y de la gente que se apunta. Escribe STOP y no te"
        " escribimos más.",
    ),
    Answer("Número equivocado", "Perdona la molestia. Marco este número para no escribirte más.", (WRONG_NUMBER,)),
    Answer("Prefiere inglés", "Of course! Somebody from our team will text you in English."),
    Answer("Se enoja", "Perdona la molestia. No te escribo más.", (OPT_OUT,)),
    Answer("No más mensajes", "Entendido. No recibirás más mensajes de la campaña. ¡Que te vaya bien!", (OPT_OUT,)),
)

SCRIPTS = (
    Prepared(
        "salir-a-votar",
        "Salir a votar",
        "es",
        "The last days before an election, to supporters who read Spanish.",
        "Add the last day to vote and where to look up a polling place to the answers, from your election office.",
        f"{_HELLO} Ya casi llega el momento de votar. ¿Tienes un plan para ir? {_STOP}",
        (
            Answer(
                "Ya tiene plan",
                "¡Excelente, ##{{first_name}}! ¿A qué hora vas a ir? Quien elige una hora llega más fácil.",
                (WILL_VOTE, SPANISH),
            ),
            Answer(
                "Sin plan todavía",
                "No hay problema. ¿Qué te conviene más: votar antes, por correo o el mismo día? Te ayudo.",
                (SPANISH,),
            ),
            Answer("Ya votó", "¡Qué bueno, gracias! Invita a alguien más a votar.", (WILL_VOTE, SPANISH)),
            Answer("Necesita ayuda", "Gracias por decirme. Le pido a nuestro equipo que te escriba hoy.", (SPANISH,)),
            *ALWAYS,
        ),
    ),
    Prepared(
        "buscar-voluntarios",
        "Buscar voluntarios",
        "es",
        "To supporters who read Spanish, some weeks before a weekend of action.",
        "Tell your team who answers those who say yes, and within a day.",
        f"{_HELLO} Buscamos gente para nuestro equipo. ¿Nos regalas dos horas este mes? {_STOP}",
        (
            Answer(
                "Quiere ayudar",
                "¡Muchas gracias, ##{{first_name}}! ¿Te queda mejor entre semana o el fin de semana?",
                (PROSPECT, SPANISH),
            ),
            Answer(
                "¿Qué haría?",
                "Casi todos escriben o llaman desde su casa. Te enseñamos cómo. ¿Te animas?",
                (PROSPECT, SPANISH),
            ),
            Answer("Más adelante", "Gracias por pensarlo. ¿Te pregunto otra vez en unas semanas?", (SPANISH,)),
            Answer("No puede", "Entiendo, gracias por responder.", (SPANISH,)),
            *ALWAYS,
        ),
    ),
    Prepared(
        "invitar-a-un-evento",
        "Invitar a un evento",
        "es",
        "One to two weeks before an event, to people near it who read Spanish.",
        "Add day, time and place to the first answer.",
        f"{_HELLO} Pronto hacemos un evento cerca de tu casa. ¿Te mando los detalles? {_STOP}",
        (
            Answer(
                "Quiere detalles", "¡Qué bien! Te mando el día, la hora y el lugar. ¿Vienes con alguien?", (SPANISH,)
            ),
            Answer("Va a venir", "¡Excelente! Nos vemos allá, ##{{first_name}}.", (PROSPECT, SPANISH)),
            Answer("No puede", "Qué lástima. ¿Te aviso del próximo?", (SPANISH,)),
            *ALWAYS,
        ),
    ),
)
