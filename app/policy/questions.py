"""What a partner may ask the county about a project, and what the county may answer: closed lists, so that no
answer can say more of a household than another."""

TOPICS = {
    "size": "尺寸和样式",
    "amount": "要多少",
    "when": "什么时候",
    "hand": "怎么送、送到哪里",
    "visit": "上门怎么去",
    "skill": "要会什么、几个人",
    "money": "怎么付、票据",
    "other": "别的",
}
_OF_KIND = {
    "goods": ("size", "amount", "when", "hand", "other"),
    "service": ("visit", "when", "skill", "amount", "other"),
    "money": ("amount", "money", "when", "other"),
}
# Each is true of every project of its kind: none says what only the holder of a claim may know, nor, by how
# many are to come, whether there are children.
ANSWERS = {
    "after_claim": "尺寸、样式和数量，认领后就能看到；看了不合适，24 小时内放下不留记录。",
    "call": "细节在认领以后，县里打电话和你说。",
    "used_ok": "能正常用的旧物也可以，送之前请试一试、擦干净。",
    "no_slogan": "不要带宣传标语，也不用包成礼品。",
    "part_ok": "一次凑不齐也可以，先说定能给的几件。",
    "day_yours": "日子由你先说，从认领那天起 30 天以内都行。",
    "open_hours": "县接收点工作日 9 点到 17 点收东西。",
    "to_county": "东西送到县里的接收点就行，由当地的同志转交，不用你再跑。",
    "parcel_ok": "可以寄到县里的接收点，认领后告诉你地址，寄出时说一声。",
    "guided": "上门由村里的联系人陪着，时间先问过家里。",
    "people": "去几个人，认领以后县里和你说定。",
    "learned": "要懂行的人来做，会的话先写进你的登记。",
    "anyone": "不用专门学过，细心就行。",
    "filed_only": "钱付给慈善组织备案的项目，由它采买或支付，票据由它开。",
    "no_cash": "不收现金，也不打到个人账户。",
}
# Which of them an officer is shown first for a topic.
FITTING = {
    "size": ("after_claim", "used_ok"),
    "amount": ("after_claim", "part_ok"),
    "when": ("day_yours", "open_hours"),
    "hand": ("to_county", "parcel_ok", "open_hours", "no_slogan"),
    "visit": ("guided", "people"),
    "skill": ("learned", "anyone", "people"),
    "money": ("filed_only", "no_cash"),
    "other": ("call",),
}
REASONS = {
    "who": "说了会让人猜出是谁家，不便回答。",
    "held": "这一点认领以后才能告诉你。",
    "unsure": "眼下还说不准，认领后县里再和你核对。",
    "elsewhere": "这不是这一项的事。政策和办事的问题，请打 12345。",
}
LONGEST_QUESTION, LONGEST_SENTENCE = 300, 60


def topics_for(kind: str | None) -> dict[str, str]:
    """What there is to ask about goods, a service or money; everything where the kind is not known."""
    return {code: TOPICS[code] for code in _OF_KIND.get(kind or "", TOPICS)}


def answers_for(topic: str) -> dict[str, str]:
    """All standard answers, those that fit the topic first."""
    first = FITTING.get(topic, ())
    return {code: ANSWERS[code] for code in (*first, *(c for c in ANSWERS if c not in first))}
