"""Headers and notes in Vietnamese, Chinese, Korean and Tagalog (SPEC C1, C3). English and Spanish stand in headers.py.

A header is put into the English one that means the same, and headers.py reads on. A column of whole names is a first name
here: the family's name comes first in three of these languages, and "Hi Nguyễn" would be wrong.
"""

from __future__ import annotations

import re
import unicodedata

from webapp.rules import letters

_NAMES: dict[str, str] = {
    "first name": "tên; tên gọi; họ và tên; họ tên; tên đầy đủ; họ và tên đệm; 名; 名字; 姓名; 全名; 名前; 이름; 성명; 성함; pangalan;"
    " unang pangalan; buong pangalan",
    "last name": "họ; 姓; 姓氏; 성; 성씨; apelyido",
    "phone": "số điện thoại; điện thoại; số đt; sđt; đt; số phone; 电话; 電話; 电话号码; 電話號碼; 联系电话; 聯絡電話; 聯繫電話; 号码; 號碼;"
    " 전화; 전화번호; 연락처; numero ng telepono; telepono",
    "cell phone": "số di động; di động; điện thoại di động; số điện thoại di động; đtdđ; số máy; 手机; 手機; 手机号; 手機號; 手机号码;"
    " 手機號碼; 移动电话; 行動電話; 流動電話; 휴대폰; 휴대폰 번호; 휴대전화; 휴대전화번호; 핸드폰; 핸드폰 번호; selpon; numero ng cellphone;"
    " numero ng selpon",
    "home phone": "điện thoại nhà; số nhà riêng; 家庭电话; 住宅電話; 住家電話; 家庭電話; 宅电; 집전화; 집 전화; telepono sa bahay",
    "work phone": "điện thoại cơ quan; điện thoại công ty; 工作电话; 工作電話; 公司電話; 办公电话; 직장 전화; 회사 전화",
    "email": "địa chỉ email; thư điện tử; 邮箱; 电子邮件; 电子邮箱; 電子郵件; 電郵; 電子信箱; 이메일; 이메일 주소; 전자우편",
    "zip": "mã bưu điện; mã bưu chính; mã zip; mã vùng bưu điện; 邮编; 邮政编码; 郵遞區號; 郵編; 邮递区号; 우편번호",
    "state": "tiểu bang; 州; 州名; 주",
    "time zone": "múi giờ; 时区; 時區; 시간대",
    "tags": "nhãn; thẻ; 标签; 標籤; 태그",
    "do not text": "không nhắn tin; đừng nhắn tin; không gửi tin nhắn; không liên lạc; không liên hệ; đã từ chối; từ chối nhận tin;"
    " hủy đăng ký; 不发短信; 不要发短信; 请勿发短信; 不發短訊; 不要傳簡訊; 請勿傳簡訊; 勿扰; 請勿打擾; 请勿打扰; 请勿联系; 請勿聯絡; 拒收; 拒收短信;"
    " 拒收簡訊; 已退订; 已退訂; 退订; 退訂; 取消订阅; 取消訂閱; 黑名单; 黑名單; 수신거부; 수신 거부; 문자 수신거부; 문자 거부; 연락 금지;"
    " huwag i-text; huwag mag-text; huwag tawagan; huwag kontakin",
    "deceased": "đã mất; đã qua đời; đã chết; 已故; 去世; 過世; 사망; patay na; yumao",
    "wrong number": "sai số; nhầm số; 错误号码; 号码错误; 錯誤號碼; 號碼錯誤; 空号; 空號; 잘못된 번호; 결번; maling numero",
    "sms consent": "đồng ý nhận tin; đồng ý nhận tin nhắn; cho phép nhắn tin; 同意接收短信; 同意接收簡訊; 同意收短信; 문자 수신동의;"
    " 문자 수신 동의; 수신동의",
}
# In a cell: that the person is not to be texted, or that the number is not theirs
_AGAINST = re.compile(
    r"(?:đừng|không|ngừng|ngưng|dừng|thôi)(?: \w+){0,2} (?:nhắn|gửi tin|liên lạc|liên hệ)|đừng gọi|(?:sai|nhầm|lộn) số|số (?:sai|không đúng)"
    r"|đã (?:mất|qua đời|chết)|hủy đăng ký|từ chối nhận|dung nhan tin|khong nhan tin|sai so dien thoai"
    r"|(?:不要|不想|[别別]|[请請]?勿)(?:再)?(?:给我|給我)?(?:收到?|发|發|传|傳|联|聯|打扰|打擾|打电话|打電話|扰|擾)|退[订訂]|取消[订訂][阅閱]|拒[收绝絕]"
    r"|停止(?:发|發|传|傳)|[错錯][误誤](?:的)?[号號]|打[错錯]了?(?:$|[电電号號])?|[号號][码碼](?:[错錯]|不[对對正])|空[号號]|已故|去世|[过過]世|黑名[单單]"
    r"|수신\s?거부|보내지\s?마|연락하지\s?마|연락\s?금지|잘못된\s?번호|사망|결번"
    r"|\b(?:huwag|wag)\b.{0,20}\b(?:i-?text|mag-?text|itext|magtext|tawag|tawagan|kontakin)|\bmaling numero\b|\bpatay na\b|\byumao\b"
)
# A cell that says no, in a column about whom not to text
NO = frozenset(
    ["không", "khong", "chưa", "否", "不", "不是", "没有", "沒有", "无", "無", "아니", "아니요", "아니오", "hindi"]
)
_MANY = re.compile(r"[/|()（）\n、・]+")
LONGEST = 1_000  # characters of a cell that are looked at
_SHORT = 5  # letters: a shorter name is known only with its accents, for "ho" and "ten" are English too


def _key(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", text).casefold() if c.isalnum())


ENGLISH = {_key(name): english for english, names in _NAMES.items() for name in names.split(";")}
ENGLISH |= {
    bare: english for name, english in ENGLISH.items() if len(bare := letters.folded(name)) >= _SHORT and bare.isascii()
}


def english(header: str) -> str:
    """The English header that means the same; "" where it is in none of these languages. "Phone / 电话" is one as well."""
    return next((found for part in (header, *_MANY.split(header)) if (found := ENGLISH.get(_key(part)))), "")


def against(cell: str) -> bool:
    """Does somebody say here not to text this person, or that the number is not theirs?"""
    return bool(_AGAINST.search(unicodedata.normalize("NFC", cell[:LONGEST]).casefold()))
