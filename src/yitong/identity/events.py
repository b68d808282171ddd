"""What can happen to people, cards, links, accounts and devices; payloads hold codes and counts, never identifiers."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class IdentityEvent(StrEnum):
    """Names of this room's events."""

    CODE_ISSUED = "sign-in:code:issued"
    CITIZEN_SIGNED_IN = "sign-in:citizen:opened"
    OAUTH_BOUND = "sign-in:oauth:bound"
    STAFF_SIGNED_IN = "sign-in:staff:opened"
    STAFF_ENROLLED = "sign-in:staff:enrolled"
    SESSION_ENDED = "sign-in:session:ended"
    SESSION_RENEWED = "sign-in:session:renewed"
    STAFF_CREATED = "sign-in:staff:created"
    TERMINAL_REGISTERED = "sign-in:terminal:registered"

    PATIENT_REGISTERED = "patient:person:registered"
    PATIENT_CONTACT_CHANGED = "patient:contact:changed"
    PATIENT_SEARCHED = "patient:person:searched"
    FAMILY_ADDED = "patient:family:added"
    FAMILY_REMOVED = "patient:family:removed"

    CARD_FROZEN = "card:state:frozen"
    CARD_UNFROZEN = "card:state:unfrozen"
    CARD_PRINTED = "card:static:printed"
    CARD_CHALLENGED = "card:static:challenged"
    CARD_VERIFIED = "card:code:verified"
    CREDENTIAL_RESOLVED = "card:credential:resolved"

    LOCAL_RECORDED = "index:local-patient:recorded"
    LINKED = "index:link:made"
    BROKEN = "index:link:broken"
    REVIEW_DECIDED = "index:review:decided"


E = IdentityEvent
declare_events(
    {
        E.CODE_ISSUED: ("向手机发出一次性验证码（{purpose}）", "A one-time code was issued to a phone ({purpose})"),
        E.CITIZEN_SIGNED_IN: ("市民登录（{method}）", "A citizen signed in ({method})"),
        E.OAUTH_BOUND: ("账号绑定了 {provider}", "An account was bound to {provider}"),
        E.STAFF_SIGNED_IN: ("工作人员登录（{method}）", "A staff member signed in ({method})"),
        E.STAFF_ENROLLED: ("工作人员绑定了动态口令", "A staff member enrolled a one-time password device"),
        E.SESSION_ENDED: ("退出登录", "A session was ended"),
        E.SESSION_RENEWED: ("会话已更新", "A session was renewed"),
        E.STAFF_CREATED: ("开通工作人员账号", "A staff account was created"),
        E.TERMINAL_REGISTERED: ("登记了一台终端（{kind}）", "A terminal was registered ({kind})"),
        E.PATIENT_REGISTERED: (
            "实名建档并发放电子健康卡（{origin}）",
            "A person was registered and got a card ({origin})",
        ),
        E.PATIENT_CONTACT_CHANGED: ("在前台更新了联系方式", "Contact details were updated at the front desk"),
        E.PATIENT_SEARCHED: (
            "查找患者（按 {matched_by}，{count} 条）",
            "Patients were searched (by {matched_by}, {count})",
        ),
        E.FAMILY_ADDED: ("添加家庭成员（{relation}）", "A family member was added ({relation})"),
        E.FAMILY_REMOVED: ("移除家庭成员（{relation}）", "A family member was removed ({relation})"),
        E.CARD_FROZEN: ("电子健康卡已冻结", "The health card was frozen"),
        E.CARD_UNFROZEN: ("电子健康卡已解冻", "The health card was unfrozen"),
        E.CARD_PRINTED: ("窗口打印了静态健康码", "A static code was printed at a desk"),
        E.CARD_CHALLENGED: (
            "静态码核验：已向持卡人手机发送验证码",
            "A code was sent to a card holder for a static code",
        ),
        E.CARD_VERIFIED: (
            "核验健康卡二维码（{scene}，{code_kind}）",
            "A card code was verified ({scene}, {code_kind})",
        ),
        E.CREDENTIAL_RESOLVED: (
            "凭证识别（{kind}，{scene}）",
            "A credential was recognised ({kind}, {scene})",
        ),
        E.LOCAL_RECORDED: (
            "登记院内患者，匹配结果：{outcome}",
            "A local patient was recorded; matching said {outcome}",
        ),
        E.LINKED: ("主索引建立关联（{method}）", "A link was made in the master index ({method})"),
        E.BROKEN: ("主索引解除关联", "A link in the master index was broken"),
        E.REVIEW_DECIDED: ("疑似匹配已核对：{decision}", "A doubtful match was decided: {decision}"),
    }
)
