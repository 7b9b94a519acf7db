"""Phrases that may ask for no more texts, as rules/opt_out.py compares them: a person decides (SPEC V8).

They are in the form that ``opt_out.plain`` gives a message: lower case, no accents, no apostrophes, single blanks,
" . " between clauses.
"""

from __future__ import annotations

import re

_MANY = r"(?:texts?|txts?|messages?|msgs?|sms|mms|calls?|spam|alerts?|notifications?|mensajes?|textos?|mensajitos?)"
_DOING = (
    r"(?:text\w{0,3}|txt\w{0,3}|messag\w{1,3}|msg\w{0,3}|sms|contact\w{0,3}|call\w{0,3}|writ\w{1,3}|send\w{0,3}|bother\w{0,3}"
    r"|spam\w{0,4}|harass\w{0,3}|ask\w{0,3}|hitting|blowing|bugging|annoy\w{0,3}|pester\w{0,3}|email\w{0,3})"
)
_ME = r"(?:me|us|my|this|from|again|anymore|any more|back|here|these|the number)"
_NOT = r"(?:do not|dont|don t|doesnt|never|stop|quit|not|no longer|cease|wont)"
_MINE = r"(?:me|us|my (?:name|number|phone|cell|info\w{0,8}|contact)|this (?:number|phone|cell)|number|the number)"
_THEM = (
    r"(?:her|him|them|my (?:mom|mother|dad|father|husband|wife|son|daughter|kid|parents?|spouse)|that (?:name|number))"
)
_SPARED = r"(?<!dont )(?<!do not )(?<!never )(?<!not )(?<!no )"
_NO_CALLS = r"\b(?:do not|dont|never|no|please not) (?:ever )?(?:call|calls|calling|phone)\b"
_TEXTS = r"(?:text|texts|texting|txt)\b"
_NOTHING_ELSE = r"(?= \.|$)(?! \. (?:or|and|nor|neither|e ?mails?|mail|calls?|messages?|msgs?|contact|write|ever|again|sms|at all)\b)"
# "Don't call me, text me" asks for texts; "Don't call, text, email" and "Don't call/text me" ask for nothing. So texts are
# asked for only where a word says so, or where "text me" is a clause of its own behind "call me"
RATHER_TEXTS = re.compile(
    rf"{_NO_CALLS}(?: me| us| this number)?(?: please| pls)?(?: \.)? (?:please |pls )?(?:just|only|but|instead|better|rather|please|pls|you can) (?:please |pls )?{_TEXTS}(?: me| us| only| instead| please)*{_NOTHING_ELSE}"
    rf"|{_NO_CALLS}(?: me| us| this number)?(?: please| pls)?(?: \.)? {_TEXTS}(?: me| us)? (?:only|instead|(?:is|are) (?:fine|ok|okay|better|best))(?: please| pls)?{_NOTHING_ELSE}"
    rf"|\b(?:do not|dont|never|please not) (?:ever )?(?:call|phone) (?:me|us|this number)(?: please| pls)? \. {_TEXTS} (?:me|us)(?: please| pls)?(?=(?: \.)*$| \. (?:thanks|thank you|thx|ok|i|im|my)\b)"
)
# Behind "ya no": where somebody lives, works or votes. "Ya no tengo interés" and "ya no estoy interesada" are no such talk
_STILL_TALK = (
    r"(?! (?:de(?!seo|seamos|je)|importa|se\b|ser[ae]|voy|vamos|voto|votamos|puedo|hay|vivo|vivimos|trabajo"
    r"|tengo (?!interes|ganas)|soy (?!(?:el |la )?(?:duen|persona|este|ese|esa|interesad))|estoy (?:aqui|ahi|alla|en\b|viviendo|trabajando|registrad)))"
)
POSSIBLE = [
    re.compile(pattern)
    for pattern in (
        # stop, to us
        rf"\b(?:stop|quit|cease|end) (?:\w+ )?(?:the |these |all |all the |your |with the )?{_DOING}\b(?! (?:the|a|for the) (?:vote|truth))",
        rf"\b(?:cancel|end|stop|quit) (?:(?:all|my|these|the|this|your|any|all the|all these) )?{_MANY}\b",
        r"\b(?:you|u|ya|yall) (?:(?:please|guys|people|just|all|need|have|gotta|ever|must|should) ){0,2}(?:to )?(?:stop|quit|cease)(?: (?:it|this|that|now|already|please))?(?= \.|$)",
        r"\b(?:make|when will|when does|when do|will) (?:it|this|these|they|them|you|texts|the texts) (?:ever )?stop(?= \.|$)|\bmake (?:it|this) end\b|\bwill (?:this|these) ever end\b",
        r"\bhow (?:do|can|to) (?:i |we |you )?(?:make (?:it|this|these) )?(?:stop|opt|unsub\w*|unenroll|get off (?:this|the|your|ur|of)|get out of (?:this|these|your)|cancel (?:this|these)|cancel(?= \.|$)|end (?:this|these)|remove (?:me|my (?:name|number|phone)|this)|be removed|get removed|block)\b(?! (?:stop|bus|train|highway))",
        r"\b(?:i|we|ive|have|already|just) (?:already |just |have |ve |once |twice |clearly )?(?:said|replied|texted|sent|typed|wrote|put|answered|responded|hit|requested|asked) (?:\w+ ){0,3}(?:stop|quit|unsubscribe|remove[d]?|end|optout|opt out)\b(?! (?:by|in|at|over|the|on))",
        r"\b(?:told|asked|asking|telling|begged|want|need|told all|warned|like) (?:you|u|ya|yall|this|these|it|all this) (?:\w+ ){0,2}(?:stop|quit|end|remove)\b(?! (?:by|in|at|over|the|for|on|a)\b)",
        r"\b(?:please|pls|plz|just|so|interested|number|gracias|thanks|thank you) (?:stop|quit|unsubscribe|cancel|end|remove|optout)(?= \.|$)",
        r"(?:^|\. )(?:please |pls |just )?(?:stop|quit) (?:it|this|please|now|already)(?: now| please| already)?(?= \.|$| or )",
        r"(?:^|\. )(?:please stop|stop please|stop it|just stop) (?:i|im|we|this|you|thanks|or|and i|not|no|its|my|or else|dont|do not)\b",
        r"\bunsu?b?scri?b\w*|\bunsus?cri\w+|\bunsub\b|\bdesubscri\w*",
        r"\b(?:sto|stpo|sotp|stp|stopp|stoop|stap|stahp|tsop|sop|spot|dtop|qiut) (?:\w+ )?(?:text|txt|messag|msg|contact|call|send|bother|spamm|harass)in[g]?\b(?! is\b)",
        # take me off
        rf"{_SPARED}\b(?:take|remove|delete|get|leave|scratch|cross|strike|drop|erase|keep) {_MINE} (?:\w+ )?(?:off|out of|from (?:your|this|the|all|ur)|from future|please|pls|number)\b",
        rf"{_SPARED}\b(?:remove|delete|exclude|omit|disenroll|unenroll|lose|loose|purge|erase|forget|drop|scrub|block|unlist) (?:me\b(?! from (?!(?:your|this|the|all|ur|any|list)\b))|us\b|my (?:name|number|phone|cell|info\w*|contact|data|email|details)|my(?= \.|$)|this (?:number|phone|cell|contact|person|name)\b)",
        r"^(?!.*\b(?:do not|dont|never) (?:remove|take|delete)\b).*\b(?:off|from|out of) (?:of )?(?:your|this|the|all|ur|all your|any|any of your) (?:\w+ )?(?:lists?|database|contacts|system|records|rolls)\b",
        r"\b(?:get|be|taken?|want|wanna|like) (?:me |us )?(?:to be )?(?:off (?:your|this|the|ur|of) (?:\w+ )?(?:lists?|database)|removed|out of this\b(?! (?:war|world|race|country|state|county|town|city|house|mess|crisis|recession|economy|administration|job|marriage)\b)|taken off)\b",
        r"\bno longer (?:want|wish|interested in|need|receive|be)\b",
        # no texts
        rf"\b(?:do not|dont) (?:want|need|wish|care for|like)\b.{{0,30}}\b(?:{_MANY}|these|contacted|texted|bothered)\b",
        rf"\b{_NOT} (?:ever )?(?:want )?(?:to )?(?:be )?(?:get |receive )?(?:any )?(?:more )?{_DOING} (?:{_ME}\b|to (?:this|me|my)\b)",
        rf"(?:^|\. )(?:please |pls |plz )?(?:do not|dont|never|no) (?:ever )?(?:text|txt|message|msg|contact|call|write|disturb|send)(?: {_ME}| please)*(?= \.|$)",
        rf"(?<!\bi )(?<!\bwe )(?<!\bhe )(?<!\bshe )(?<!\bthey )(?<!\byou )\b(?:do not|dont|never|no) (?:ever )?(?:phone )?(?:call|calls|calling|phone)(?: me| us)?(?: \.)?(?: or| and| nor| n)? (?:text|txt|texts|txts|texting|messages?)(?: {_ME}| this number| please)*(?= \.|$)",
        rf"\bno more (?:of )?(?:\w+ )?(?:{_MANY}|these|this|texting|contact|messaging)\b",
        r"\bno (?:texts|messages|text messages|txts|msgs|spam|soliciting|solicitation|political (?:texts?|messages?))\b",
        r"\bopt(?:ed|ing)? (?:me |us )?out\b|\boptout\b",
        r"\brevok|\bwithdraw \w+ consent|\bcease and desist\b",
        r"\b(?:leave|let) (?:me|us) (?:alone|in peace)\b|\bleave (?:me|us) be\b|\blet (?:me|us) be\b(?! (?:clear|honest|frank|blunt|the|a|an|your|first|sure|very|real|perfectly)\b)|\b(?:fuck|piss|bugger|buzz|back|f) off\b|\bgo away\b|\bget lost\b",
        r"\b(?:do not|dont|did not|didnt|never|no) (?:have|had|give|gave|given|consent\w*|agree\w*|sign\w*|subscrib\w*|ask\w*|opt\w*|authori[sz]\w*|request\w*)\b.{0,40}\b(?:permission|consent|up|list|this|these|texts?|messages?|in|authori\w+|contacted)\b",
        r"\bwithout my (?:consent|permission)\b|\bi (?:do not|dont|never) consent\b|\btcpa\b",
        r"\b(?:do not|dont|dnt|donot|do nt) (?:text|txt|msg|sms|call)\b(?! (?:and|or|while|n|anyone|before|after|until) )",
        r"\b(?:last|final|hundredth|\d+th) time\b.{0,12}\bstop\b(?! (?:by|in|at|over|for)\b)",
        r"\b(?:bug|get) off\b(?= \.|$)|\bno longer interested\b",
        r"\bdo not (?:call|text|contact) (?:list|registry)|\bdnc (?:list|registry)\b",
        r"\b(?:report|sue|suing|reported|reporting|block|blocking|blocked) (?:you|this|u|your)\b|\b(?:report|reporting|reported) (?:it |this )?as (?:spam|junk)\b",
        r"\bis spam\b|\bspamming\b|\byou(?: a)?re spam|(?:^|\. )spam(?= \.|$)|\bharass(?:ing|ment|ed)\b",
        # turned off, politely or of somebody else
        rf"\b(?:discontinue|halt|suspend|terminate|deactivate|disable|mute|turn off|shut off|switch off|shut down) (?:(?:\w+ ){{0,2}}(?:{_MANY}|texting|messaging|contact(?:ing)?|subscription|my number)\b|(?:all |any |of )*these(?= \.|$| please| now)|(?:(?:this|your|my|the|all|sms|text\w*|messag\w+) ){{0,3}}service(?= \.|$| please| now| to my| for my| on my))"
        r"|\b(?:turn|shut|switch) (?:this|these|it|them|your (?:texts?|messages?|bot)) off\b|\brefrain from (?:any )?(?:further |future )?(?:text|contact|send|messag|call)\w*",
        rf"\b(?:rather|prefer)(?: that)? (?:you|u|yall) (?:not|did not|do not|didnt|dont|no longer|stop|stopped) (?:to )?(?:ever |keep )?{_DOING}\b"
        rf"|\b(?:rather|prefer) (?:not|no longer) (?:to )?(?:be |get |getting |receive |receiving |have |keep )(?:any |more |further |getting |receiving |these |this |your )*(?:{_MANY}|{_DOING}|(?:these|this)(?= \.|$| anymore| any more| any longer| at all| kind))\b"
        rf"|\b(?:rather|prefer) (?:not|no longer) (?:to )?(?:any |more |further |these |this |your )*(?:(?:texts|txts|messages|msgs|sms|spam|these)\b|(?:text|texting|txt|message|messaging)(?= \.|$| with (?:you|u)\b| you\b| u\b))"
        rf"|\bnot interested in (?:receiving|getting|your|these|any|more|further|hearing) (?:\w+ ){{0,2}}(?:{_MANY}|these|from you)\b|\bnot interested in (?:receiving|getting|these|your) (?:{_MANY}|these|this|any)\b",
        rf"\bno (?:further|additional|future) (?:{_MANY}|contact|communications?|texting|messaging|correspondence)\b|\b(?:do not|dont) want any (?:more )?of (?:this|these)\b|\bdo not sell (?:or share )?my\b",
        r"\b(?:want|wanna|get me|let me) (?:off|out)(?= \.|$| of (?:these|your|ur|this (?:list|thread|chat|group))\b)|\b(?:get|stay|keep) off (?:of )?my (?:phone|line|number|cell|back)\b",
        r"\brequest(?:ing|ed|s)? (?:\w+ ){0,2}(?:removal|(?:to )?(?:stop|be removed|opt out|optout|unsubscribe))\b(?! (?:by|in|at|over|the)\b)|\b(?:line|phone|number|cell) (?:please )?(?:remove|stop|unsubscribe|delete)(?= \.|$| please)",
        rf"{_SPARED}\b(?:take|remove|delete|get) {_THEM} off(?= \.|$| please)"
        rf"|{_SPARED}\b(?:take|remove|delete|get|drop) {_THEM} (?:off|off of|from|out of) (?:your|this|ur|the|all your) (?:\w+ )?(?:lists?|database|contacts|system)\b",
        r"\b(?:unenroll|deregister|disenroll)(?:ed)?\b|\b(?:is|its|to|texting) (?:a|my) (?:\w+ )?(?:minors?|childs?|kids?|sons|daughters) (?:cell |own )?(?:phone|number|cell)\b",
        # Spanish
        r"\bno (?:autorizo|consiento|autorice|di mi (?:numero|permiso|consentimiento)|doy (?:mi )?(?:permiso|consentimiento|autorizacion))\b"
        r"|\bno (?:escrib(?:ir|a|an|as)|envi(?:ar|e|en|es)|mand(?:ar|e|en|es)|contact(?:ar|e|en|es)|llam(?:ar|e|en|es)|text(?:ear|ee|een))(?:me|nos)?(?= \.|$| (?:a (?:este|mi) (?:numero|telefono|celular)|al? numero|por favor|mensajes|textos|mas)\b)",
        r"\b(?:no|nunca) mas (?:\w+ )?(?:mensajes?|textos?|llamadas?|por favor|gracias|spam|de esto|sms)\b|(?:^|\. )(?:ya )?(?:por favor )?no mas\b(?! (?:guerras?|trump|biden|violencia|armas|impuestos|corrupcion|odio|racismo|muertes|redadas|deportacion\w*|reyes|republican\w*|democrat\w*)\b)",
        r"\bno (?:me|nos) (?:vuelv\w+ a )?(?:\w+ )?(?:escrib|mand|envi|contact|llam|molest|text|llame|busq|hable)\w*",
        r"\bno (?:escrib|mand|envi|molest|textee)\w*(?: (?:mas|nada|por favor|mensajes?))",
        r"\bdej(?:e|a|en|es|ate|ense) de (?:escrib|mand|envi|contact|llam|molest|text|fastidi|hosti?g|estar)\w*|\bdej(?:a|e|en)(?:me|nos) (?:en paz|tranquil\w+|sol\w+|de)\b",
        r"\bdejen de\b|\bpar(?:a|e|en|es) de (?:escrib|mand|envi|contact|llam|molest|text)\w*|\bdeteng(?:an|a)se\b(?! los?| las?)",
        r"\bno (?:quiero|deseo|queremos|deseamos|necesito|me interesan?) (?:recibir|mas|que|sus|estos|tus|mensajes?|textos?)\b",
        r"\b(?:quit|saqu|borr|elimin|remuev|remov|sac)\w{0,3}(?:me|nos)\b",
        r"\b(?:elimin|borr|quit|sac|remov|remuev)\w* (?:mi|este|el|de (?:la|su|esta)) (?:numero|lista|telefono|nombre|contacto)",
        r"\b(?:dar|darme|denme|deme|darse|damos?) de baja\b|\b(?:de|fuera de) (?:su|la|esta|tu) lista\b",
        r"\bdesuscri\w*|\bcancelar (?:mi )?(?:suscripci|mensaj)\w*|\banular (?:mi )?suscri\w*",
        rf"\b(?:stop|alto|parar|pare|paren|basta|cancelar|para|ya) por favor\b|\bpor favor (?:pare|paren|alto|cancelar|stop|para|basta|ya no)\b|\bya (?:basta|parenle|parale)\b(?! de\b)|\bya no\b{_STILL_TALK}",
        # French, Portuguese, German, Italian, Russian, Arabic, Tagalog, Chinese, Japanese, Korean, Vietnamese, Haitian Creole
        r"\barretez?\b (?:de|svp|s il|ca|tout|maintenant)|\bne (?:me|m|nous|plus)\s?(?:ecri|contact|envoy|texte|derang|plus)\w*|\bdesabonn\w*|\bdesinscri\w*|\blaissez moi\b|\bplus de (?:messages?|textos?|sms)\b",
        r"\bnao (?:me )?(?:mande|envie|escrev|quero)\w*|\bme (?:remova|retire|tire|deixe)\b|\bpar(?:e|em) (?:de|com)\b",
        r"\b(?:nicht|keine) (?:mehr|weiteren) (?:schreib|sms|nachricht|kontakt|text|anruf)\w*|\bkeine (?:sms|nachricht|text)\w*|\blasst? mich in ruhe\b|\bhort? auf\b",
        r"\bnon (?:scriv|mand|contatt|voglio)\w*|\bне (?:пиш|шли|присыла|беспоко|звон)\w*|\bотпиш\w*|хватит (?:писать|слать)",
        r"لا ترسل|لا تراسل|لا اريد|توقفوا|\b(?:huwag|wag) (?:na )?(?:po |mo |nyo |ninyo )?(?:akong|ako|kayong|kayo|mag)|\btigil(?:an)? (?:na|nyo|niyo|ninyo|mo)\b|\bmaling numero\b",
        r"不要(?:再)?(?:发|發|给|聯|联|传|傳|打扰|打擾|騷擾|骚扰)|打[错錯]了?[电電号號]|[号號][码碼][错錯]|[别別](?:再)?(?:[给給]我)?(?:发|發|传|傳|打扰|打擾|煩|烦)|退订|退訂|取消[订訂][阅閱]|停止(?:发|發|传|傳|短信|簡訊)",
        r"送らないで|送信しないで|やめてください|보내지\s?마|연락하지\s?마|그만\s?(?:보내|하|연락)",
        r"\b(?:dung|ngung|khong) (?:\w+ )?(?:nhan tin|gui tin|lien lac|lien he)\b(?! duoc)|\b(?:dung|ngung) (?:gui|nhan)\b|\b(?:sai|nham|lon) so\b|\bxoa (?:so|ten|toi)\b|\barrete? mwen\b|\bpa (?:voye|ekri|kontakte|rele)\b",
    )
]
