"""People's names in a short Chinese sentence: a surname, the characters that names are made of, and what
stands around them. A word that only begins like a name (马铃薯, 白内障, 方便) is left alone: the segmenter's
dictionary says which those are. In doubt a word is told; whoever wrote it is only asked to change it."""

import re
from collections.abc import Iterator

import rjieba

_DOUBLE = ("欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "长孙", "慕容", "令狐", "司徒", "独孤")
# Surnames that hardly ever begin anything else; the others need a word before them that calls for a person.
_PLAIN = frozenset(
    "马杨丁白王李张刘陈赵孙周吴徐朱郭林何郑罗苏冶冯蒋沈韩秦许吕曹魏姜谢潘范彭袁唐薛贺郝余顾孟姚邵汪宋董梁杜贾邱蔡樊崔龚程"
    "陆谭廖聂妥虎哈撒拜摆纳海买者锁鲍卢邹尹侯邓萧肖闫阎仝"
)
_OTHER = frozenset(
    "钱褚卫金陶戚喻柏水窦章云葛郎鲁韦昌苗凤花方俞任柳史费廉岑雷倪汤滕殷毕安常乐傅皮卞齐康伍卜黄穆祁毛禹"
    "狄米贝明臧戴谈茅庞熊纪舒屈祝阮蓝闵席季麻强路娄江童颜梅盛刁钟骆高夏田胡凌霍虞万柯莫房裘缪宗"
    "郁单洪包诸左石吉钮裴荣翁荀甄段富焦牧山谷车班仇景龙叶幸司黎白蒲赖卓乔闻党劳冉桑桂牛尚农温庄晏柴瞿艾古"
    "戈步耿匡文寇欧沃关师巩敖冷辛曾沙丰游权盖洒麦喇剪简"
)
_GIVEN = frozenset(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英兰华玉萍红娥玲芬燕彩春菊云凤洁梅琳素珍贞莉荣爱妹香月莺媛瑞凡佳嘉琼勤珠"
    "翠雅芝莲环雪妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗韵园艺咏卿聪澜纯毓悦昭冰爽琬茗"
    "羽希宁欣育滢馥筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思俊峰毅保东文辉力永健世广志义兴良海山仁波贵福生龙元全国胜学祥"
    "才发武新利清飞彬富顺信子康成星光天达安岩中茂进林有坚彪博诚先敬震振壮群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇"
    "固翰朗伯宏鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士建家致树炎德行泰盛雄琛钧冠策腾楠榕航弘小占花娃喜改存银金巧淑桃杏梨果虎牛石"
    "锁柱满仓库财旺禄寿禧延年麦苗苏尔麻哈布拉萨买合梓涵轩宇浩然诗琪"
)
_NOT_GIVEN = frozenset(
    "的了着过是在不也就都要能个我你他她它们这那与及或为被把从给让因但而以吗呢吧啊么只还已再没很太最更每各多少几某两十"
)
_TITLES = frozenset(
    {
        "老师",
        "医生",
        "主任",
        "书记",
        "先生",
        "女士",
        "师傅",
        "站长",
        "社工",
        "护士",
        "同志",
        "校长",
        "大夫",
        "教授",
        "乡长",
        "县长",
    }
)
# These two alone are no name; with a third character they may be (吴忠义).
_TWO_ALONE = frozenset({"吴忠", "海原", "贺兰", "卫健", "许可"})
_NOT_PEOPLE = frozenset(
    {
        "吴忠市",
        "海原县",
        "贺兰县",
        "贺兰山",
        "金凤区",
        "金银花",
        "许可证",
        "雷锋",
        "白求恩",
        "焦裕禄",
        "孔子",
        "孟子",
        "孙悟空",
        "李白",
        "杜甫",
        "毛主席",
        "毛泽东",
        "邓小平",
    }
)
_KIN = re.compile(
    "(?:大|二|三|老)?(?:奶奶|爷爷|大爷|大妈|大娘|阿姨|叔叔?|姨|婶|嫂|伯|婆婆|老汉|老太)|[大二三][哥姐]"
)
_BEFORE = re.compile(
    "(?:[给找叫帮替陪跟与和同由请让对向为把被接送教扶问见户]|看望|探望|照顾|谢谢|感谢|户主|患者|病人|申请人|监护人|联系人|老人|孩子|"
    "学生|同学|儿童|残疾人|女儿|儿子|孙子|孙女|母亲|父亲|妈妈|爸爸|丈夫|妻子|爱人|哥哥|弟弟|姐姐|妹妹|邻居|亲戚|名叫|姓名|打入|居民|村民)$"
)
_AFTER = re.compile(
    "[说讲家的和与跟同对叫是在有患得因需缺想住去来到走交买做办送收领拿看照陪学读上打帮给系曾也都就已还很不没正刚能会修洗剪理补装搬"
    "换带接治吃喝用写报聊谈下玩坐]|一家|老人|奶奶|爷爷|叔叔|阿姨"
)
_HAN = re.compile("[一-鿿]")
_DOTTED = re.compile("[一-鿿]{2,8}[·•‧．][一-鿿]{2,8}(?:[·•‧．][一-鿿]{2,8})?")


def names_in(text: str) -> Iterator[tuple[int, str]]:
    """Where a name begins and the name, in the order they stand."""
    yield from ((m.start(), m.group(0)) for m in _DOTTED.finditer(text))
    at = 0
    for token in rjieba.cut(text, False):
        if name := _name_at(text, at):
            yield at, name
        at += len(token)


def _name_at(text: str, at: int) -> str:
    """The name that begins here, or nothing. Only beginnings of words are asked."""
    called = at == 0 or not _HAN.match(text[at - 1]) or bool(_BEFORE.search(text[max(0, at - 3) : at]))
    if called and text[at] in "老小" and text[at + 1 : at + 2] in _PLAIN and _ends(text[at + 2 :]):
        return text[at : at + 2]
    family = text[at : at + 2] if text[at : at + 2] in _DOUBLE else text[at]
    if family not in _PLAIN and family not in _OTHER and family not in _DOUBLE:
        return ""
    begin = at + len(family)
    if (called or family in _PLAIN) and (kin := _KIN.match(text, begin)):
        return family + kin.group(0)
    for length in (2, 1):
        given, rest = text[begin : begin + length], text[begin + length :]
        if len(given) == length and _is_given(family, given, rest, called):
            return family + given
    return ""


def _is_given(family: str, given: str, rest: str, called: bool) -> bool:
    if (
        not all(_HAN.match(c) and c not in _NOT_GIVEN for c in given)
        or given in _TITLES
        or family + given in _TWO_ALONE
    ):
        return False
    if _ordinary(family, given + rest[:2]):
        return False
    ends = _ends(rest)
    usual = all(c in _GIVEN for c in given)
    if len(given) == 1:
        return called and ends and (usual or family in _PLAIN)
    return (usual and (called or family in _PLAIN)) or (called and ends and family in _PLAIN)


def _ends(rest: str) -> bool:
    return not rest or not _HAN.match(rest[0]) or bool(_AFTER.match(rest))


def _ordinary(family: str, rest: str) -> bool:
    """Whether a word that is neither a name nor a place begins here and goes on past the surname."""
    for length in (3, 2, 1):
        word = family + rest[:length]
        if len(rest) >= length and (word in _NOT_PEOPLE or _in_dictionary(word)):
            return True
    return False


def _in_dictionary(word: str) -> bool:
    return bool(rjieba.has_word(word)) and not rjieba.tag(word)[0][1].startswith(("nr", "ns"))
