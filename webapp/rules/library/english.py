"""The library's scripts in English (SPEC H3). No text needs more than the variables every campaign has."""

from __future__ import annotations

from webapp.rules.library.prepared import OPT_OUT, PROSPECT, SPANISH, WILL_VOTE, WRONG_NUMBER, Answer, Prepared

_HELLO = "Hi ##{{first_name}}, it's ##{{user.first_name}}, a volunteer with ##{{campaign.name}}."
_STOP = "Reply STOP to opt out."
STOPPED = Answer("No more texts", "Understood. You won't get any more texts from us. Take care!", (OPT_OUT,))
WRONG = Answer(
    "Wrong number", "I'm sorry to bother you. I'll mark this number so that we leave you alone.", (WRONG_NUMBER,)
)
WHO = Answer(
    "Who is this?",
    "I'm ##{{user.first_name}}, a volunteer with ##{{campaign.name}}. I'm texting people in our community one by one.",
)
HOW = Answer(
    "How did you get my number?",
    "Campaigns get phone numbers from the public voter file and from people who sign up. Text STOP, and you get no more"
    " texts from us.",
)
IN_SPANISH = Answer(
    "Writes in Spanish",
    "Gracias por responder. Alguien de nuestro equipo que habla español te va a escribir pronto.",
    (SPANISH,),
)
ANGRY = Answer("Angry", "I'm sorry for the trouble. I won't text you again.", (OPT_OUT,))
ALWAYS = (WHO, HOW, WRONG, IN_SPANISH, ANGRY, STOPPED)

SCRIPTS = (
    Prepared(
        "get-out-the-vote",
        "Get out the vote",
        "en",
        "The last days before an election, to people who support you.",
        "Add the last day to vote and where to look up a polling place to the answers, from your election office.",
        f"{_HELLO} The election is close. Do you have a plan to vote? {_STOP}",
        (
            Answer(
                "Has a plan",
                "Great, ##{{first_name}}! What time will you go? People who pick a time are more likely to make it.",
                (WILL_VOTE,),
            ),
            Answer(
                "No plan yet",
                "No problem! Which works better for you: voting early, by mail, or on election day? I can help you plan.",
            ),
            Answer("Voted already", "That's wonderful, thank you! Please ask a friend to vote too.", (WILL_VOTE,)),
            Answer(
                "Needs a ride or help",
                "Thank you for telling me. I'll ask our team to get in touch with you about that today.",
            ),
            Answer("Won't vote", "Thanks for letting me know. Is there something that keeps you from voting?"),
            *ALWAYS,
        ),
    ),
    Prepared(
        "recruit-volunteers",
        "Recruit volunteers",
        "en",
        "To supporters, some weeks before a weekend of action.",
        "Tell your team who answers those who say yes, and within a day.",
        f"{_HELLO} We are building our team and thought of you. Could you give two hours this month? {_STOP}",
        (
            Answer("Yes", "Thank you so much, ##{{first_name}}! Do weekdays or weekends suit you better?", (PROSPECT,)),
            Answer(
                "What would I do?",
                "Most people text or call from home, some knock on doors with a partner. We show you how. Would you try it?",
                (PROSPECT,),
            ),
            Answer("Maybe later", "Thanks for thinking about it! May I ask you again in a few weeks?"),
            Answer("No time", "I understand, thanks for answering. Your vote helps just as much."),
            *ALWAYS,
        ),
    ),
    Prepared(
        "persuade",
        "Persuade",
        "en",
        "To people who have not decided. Listen first.",
        "Put two or three facts about your campaign into the answers, with a source for each.",
        f"{_HELLO} I'm asking neighbors what matters most to them this year. What is it for you? {_STOP}",
        (
            Answer(
                "Names an issue",
                "Thank you for sharing that. It matters to us too, and it is why I volunteer. May I tell you where we stand?",
            ),
            Answer("Supports us", "That's great to hear! Can we count on your vote?", (WILL_VOTE,)),
            Answer("Undecided", "Thanks for being honest. What would you like to know before you decide?"),
            Answer("Supports somebody else", "Thank you for telling me, ##{{first_name}}. Have a good day!"),
            *ALWAYS,
        ),
    ),
    Prepared(
        "event-invitation",
        "Invite to an event",
        "en",
        "One to two weeks before an event, to people who live near it.",
        "Add day, time and place to the first answer.",
        f"{_HELLO} We are holding an event near you soon and would love to see you. Shall I send you the details? {_STOP}",
        (
            Answer(
                "Wants the details",
                "Wonderful! I'll send you the day, the time and the place. Will you bring somebody?",
            ),
            Answer("Will come", "Great, we look forward to meeting you, ##{{first_name}}!", (PROSPECT,)),
            Answer("Can't come", "That's a pity. Would you like to hear about the next one?"),
            Answer(
                "Wants to help", "Thank you! We can use a hand. Somebody from our team will write to you.", (PROSPECT,)
            ),
            *ALWAYS,
        ),
    ),
    Prepared(
        "fundraising",
        "Ask for a donation",
        "en",
        "To people who gave before or said that they want to give.",
        "Ask your treasurer first: the rules on who may give, on texts that ask for money, and on the words that must stand"
        " in them differ from place to place. Add your own link to the first answer as a custom link, never a shortened one.",
        f"{_HELLO} We run on small gifts from people like you. Would you chip in this month? I can send you our page. {_STOP}",
        (
            Answer("Yes", "Thank you, ##{{first_name}}! I'll send you the address of our page for gifts."),
            Answer("How much?", "Any amount helps. Most people give between 10 and 25 dollars."),
            Answer("Gave already", "Thank you! It makes a difference. We won't ask you again this month."),
            Answer("Can't now", "I understand, and thank you for answering. Your support means a lot."),
            *ALWAYS,
        ),
    ),
    Prepared(
        "thank-supporters",
        "Thank supporters",
        "en",
        "The day after an election or an event.",
        "Nothing. Leave out those who opted out: that happens by itself.",
        f"{_HELLO} I just want to say thank you for your support. Would you like to stay in touch? {_STOP}",
        (
            Answer("Yes", "Great! We'll write to you when there is something to do.", (PROSPECT,)),
            Answer("Not now", "All right. Thanks again, and take care!"),
            *ALWAYS,
        ),
    ),
)
