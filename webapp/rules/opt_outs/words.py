"""The words by which people ask for no more texts: tables for rules/opt_out.py (SPEC X6, V8).

Everything but KEYWORDS is in the form that ``opt_out.plain`` gives a message: lower case, no accents, no apostrophes,
single blanks.
"""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


KEYWORDS = _set("stop|unsubscribe|remove|quit|stopall|cancel|end|revoke|optout|opt out|opt-out|stop all")
# Each asks by itself, whatever polite words and objects stand around it
SINGLE = _set(
    "stop|unsubscribe|remove|quit|stopall|cancel|end|revoke|optout|unsub|removed|stopp|rmv|rmove|unregister|deregister|unfollow|terminate"
)
# Possible opt-outs where they are the whole message or clause, in English, Spanish, French, German and others
ALONE = _set(
    "rmv|un subscribe|dnc|d n c|no consent|discontinue|halt|stahp|stfu|shut up|removal|list removal|take me out|blocked|reported|"
    "bitte stoppen|descadastrar|descadastre|parar de enviar|정지|停止して|stop mensajes|no llame|no llamen|no mor|tcpa|tcpa violation|"
    "enough|enough is enough|no texting|no messaging|no messages|turn off|shut off|i want off|i want out|get me off|get me out|no more|nomore|unlist|delist|block|opt me out|opt us out|go away|get lost|"
    "buzz off|piss off|fuck off|f off|leave me be|stop stop|stop stop stop|end end|take off|take me off|"
    "delete|delete me|delete us|erase me|scratch me|drop me|off list|knock it off|cut it out|spam|"
    "spammer|stopped|stopping|desist|cease|cease and desist|no texts|no text|no txt|no sms|no quiero|"
    "parar|pare|paren|para|parale|parenle|ya no|alto|basta|cancelar|cancele|cancela|cancelen|anular|"
    "baja|detener|detenganse|detengase|detente|detengan|detenga|desuscribir|desuscribirme|desuscribanme|"
    "eliminar|eliminame|eliminenme|elimineme|borrar|borrame|borrenme|borreme|salir|salirme|sacame|"
    "saquenme|saqueme|quitame|quitenme|quiteme|quitar|no mas|nomas|nunca mas|dejenme|dejame|"
    "suficiente|terminar|termine|terminen|no molestar|no molesten|no moleste|no molestes|cese|cesen|"
    "stopper|arret|arrete|arreter|arretez|arretes|desabonner|desinscrire|desinscription|desabonnement|"
    "assez|ca suffit|stopp|abmelden|aufhoren|abbestellen|austragen|sair|parem|chega|basta cosi|"
    "smettila|cancellami|annulla|стоп|хватит|отписаться|отпишите|отпиши|прекратите|停止|停|停下|取消|退订|"
    "退訂|別傳了|やめて|止めて|解除|停止してください|配信停止|중지|그만|그만하세요|수신거부|tigil|itigil|tama na|توقف|أوقف|الغاء|"
    "إلغاء|sispann|sispann voye|kanpe|rete|ngung|ngung lai|joojin|jooji|"
    "cancelled|canceled|quitting|stap|stappp|no me interesa|get rid of my number|sign me off|shut it|"
    # German, Dutch, Italian, Polish, Turkish, Hmong, Tagalog, Swedish, Finnish, Swahili, Hausa, Igbo, Yoruba
    "aufhoeren|horen sie auf|hoer auf|stoppen|ophouden|uitschrijven|afmelden|fermati|fermatevi|przestan|przestancie|"
    "zatrzymaj|zatrzymajcie|rezygnuje|wypisz mnie|wypisz|dur|durdur|durun|iptal|iptal et|yazmayin|tsum|nres|txhob xa|"
    "tigilan|wag na|huwag na|ayoko na|sluta|lopeta|simama|daina|kwusi|dawo duro|"
    # Ukrainian and Russian
    "зупинить|зупиніть|зупинити|зупини|припиніть|відписатися|відпишіть|досить|отстаньте|отстань|прекрати|удалите|"
    # Urdu, Farsi and Arabic; Chinese and Korean
    "بند کرو|بند کریں|بند کر دو|روک دو|روکیں|روکو|لغو|متوقف|قف|ارسال نکنید|نفرستید|拒收|td|回t退订|不再接收|멈춰|멈춰요|멈추세요|멈춰주세요"
)
# As they are written: without accents they are names, and among other words they are other talk
ALONE_EXACTLY = _set("dừng|hủy|dừng lại|ngừng|thôi|exit|exit please|please exit|out|out please|off|off please")
# Asked for within a text of a script whose letters the form of the other tables does not keep whole
IN_OTHER_SCRIPTS = _set(
    "रुको|रुकिए|रोको|रोकें|बंद कर|मत भेज|मत करो|हटा दो|हटाएं|বন্ধ কর|থামুন|থামান|બંધ કર|મોકલશો નહીં|ਬੰਦ ਕਰ|நிறுத்து|ఆపండి|หยุด|ยกเลิก|เลิกส่ง|ឈប់|បញ្ឈប់|ຢຸດ|ຍົກເລີກ|"
    "አቁም|አቁሙ|ይቁም|סטופ|תפסיק|הפסק|הפסיק|הסר|תסיר|στοπ|σταματ|διαγραφ|կանգ|դադար|やめて|止めて|送らないで|送信しないで|停止して"
)
# Yes, no, thanks and good day in scripts of which no more is known: anything else so short may ask for no more texts
FRIENDLY = _set(
    "हाँ|हां|हा|जी|जी हाँ|नहीं|धन्यवाद|शुक्रिया|नमस्ते|ठीक है|হ্যাঁ|জি|না|ধন্যবাদ|নমস্কার|হ্যালো|ঠিক আছে|હા|ના|આભાર|નમસ્તે|"
    "ใช่|ไม่|ไม่ใช่|ขอบคุณ|ขอบคุณครับ|ขอบคุณค่ะ|สวัสดี|สวัสดีครับ|สวัสดีค่ะ|បាទ|ចាស|ទេ|អរគុណ|សួស្តី|ແມ່ນ|ບໍ່|ຂອບໃຈ|ສະບາຍດີ|"
    "አዎ|አይ|አመሰግናለሁ|ሰላም|እሺ|כן|לא|תודה|תודה רבה|שלום|בסדר|ναι|όχι|οχι|ευχαριστώ|ευχαριστω|γεια|γεια σας|καλημέρα|εντάξει|"
    "այո|ոչ|շնորհակալություն|բարեւ|բարև|ਹਾਂ|ਨਹੀਂ|ਧੰਨਵਾਦ|ஆம்|இல்லை|நன்றி|வணக்கம்|అవును|కాదు|ధన్యవాదాలు"
)
MISTYPED = _set(
    "spot|sotp|stpo|sto|stpp|tsop|stoop|stip|sop|stp|sstop|sttop|stopo|stpop|stoip|styop|stiop|srop|"
    "dtop|wtop|xtop|arop|stol|sto0|st0p|stopt|stopl|stoppp|stoped|unsuscribe|unsubcribe|unsubscibe|"
    "unsubscrib|unscribe|unsubscride|unsubsribe|unsubscripe|unsuscrib|qiut|quti|ened|canel|cancle|"
    "cancell|remov|romove|reomve|optput|opout|otpout"
)
# Long enough that one wrong letter makes no other word, but for those in NO_TYPOS
LONG = _set("unsubscribe|unsubscribed|stopall|optout|revoke|remove|cancel|cancelar|eliminar|desuscribir|arreter")
NO_TYPOS = _set("cancer|cancers|dancer|remote|removal|evoke|revolt|eliminate|cancelan")
# Polite and idle words: they change nothing
FILLERS = _set(
    "please|pls|plz|plse|kindly|thanks|thank|thx|ty|you|now|already|ya|yall|all|just|ok|okay|"
    "yes|no|yeah|yep|nah|nope|hi|hello|hey|sir|maam|im|sorry|so|and|then|immediately|asap|"
    "today|forever|again|anymore|right|away|everyone|guys|folks|bro|dude|man|lady|omg|lol|wtf|"
    "ffs|god|damn|por|favor|porfavor|gracias|ahora|hola|senor|senora|si|s|il|vous|te|plait|"
    "merci|svp|bitte|danke|jetzt|obrigado|mo|na|but|wrong|number|interested|not|ever|permanently|"
    "altogether|said"
)
# The things to stop
OBJECTS = _set(
    "me|us|my|mine|our|it|this|that|these|those|number|numbers|phone|cell|name|info|contact|"
    "texts|text|txts|txt|texting|messages|message|messaging|msgs|msg|sms|mms|from|your|the|list|"
    "lists|database|here|everything|subscription|subscriptions|alerts|alert|notifications|spam|to|"
    "call|calls|calling|contacting|harassing|harassment|service|listing|mailing|sending|any|more"
)
# After a keyword at the start, these begin another sentence: "stop i am not interested"
STARTS = tuple(
    _set(
        "i |im |ive |id like|we |were not|or i|or we|or else|or ill|this is|you are|your texts|not |"
        "wrong |already |dont |do not|because |he |she |they |its |who |my name|leave |take |remove |"
        "no "
    )
)
