"""Every refusal of identity: its code, its sentence in both languages and what to do next."""

from yitong.kernel.problems import FieldError, Problem, ProblemKind, problem_kind
from yitong.kernel.text import Bilingual

B = Bilingual

_CHECK = B("请核对证件后重新填写。", "Check the document and enter it again.")

ID_FORMAT = problem_kind(
    "id-format", 422, B("证件号码的格式不正确。", "The document number has the wrong form."), _CHECK
)
ID_CHECKSUM = problem_kind(
    "id-checksum", 422, B("证件号码的校验位不正确。", "The check digit of the document number is wrong."), _CHECK
)
ID_AREA = problem_kind(
    "id-area", 422, B("证件号码的地区码不存在。", "The area code of the document number does not exist."), _CHECK
)
ID_BIRTH_DATE = problem_kind(
    "id-birth-date",
    422,
    B(
        "出生日期与证件号码不一致，或不是有效日期。",
        "The birth date does not agree with the document or is no real date.",
    ),
    _CHECK,
)
ID_SEX = problem_kind(
    "id-sex", 422, B("性别与证件号码不一致。", "The sex does not agree with the document number."), _CHECK
)
BIRTH_DATE_FUTURE = problem_kind(
    "birth-date-future", 422, B("出生日期晚于今天。", "The birth date lies in the future."), _CHECK
)
NAME_INVALID = problem_kind(
    "name-invalid",
    422,
    B("姓名应为 2 至 50 个汉字或字母。", "A name has 2 to 50 Chinese characters or letters."),
    B("请按证件上的姓名填写。", "Enter the name as it is on the document."),
)
PHONE_INVALID = problem_kind(
    "phone-invalid",
    422,
    B("手机号码不正确。", "This is not a mobile number."),
    B("请填写 11 位中国大陆手机号。", "Enter an 11-digit mainland mobile number."),
)

_NEW_CODE = B("请重新获取验证码。", "Ask for a new code.")
CODE_WRONG = problem_kind(
    "code-wrong",
    422,
    B("验证码不正确。", "The code is wrong."),
    B("请核对短信中的 6 位数字。", "Check the six digits in the message."),
)
CODE_EXPIRED = problem_kind("code-expired", 422, B("验证码已过期。", "The code has expired."), _NEW_CODE)
CODE_USED = problem_kind("code-used", 422, B("验证码已使用过。", "The code has been used."), _NEW_CODE)
CODE_TRIES = problem_kind(
    "code-too-many-tries", 429, B("验证码输错次数过多，已作废。", "Too many wrong tries; the code is void."), _NEW_CODE
)
SMS_UNAVAILABLE = problem_kind(
    "sms-unavailable",
    503,
    B("短信暂时发不出去。", "The text message could not be sent."),
    B("请稍后再试，或到窗口办理。", "Try again later, or go to a front desk."),
    retry=True,
)

PATIENT_EXISTS = problem_kind(
    "patient-exists",
    409,
    B(
        "该证件已建档，所填信息与档案不一致，不能在线绑定。",
        "This document is registered; what you gave does not match it.",
    ),
    B(
        "请本人携带证件到任一医院前台核对手机号后再试。",
        "Go to any hospital's front desk with the document to update it.",
    ),
)
FAMILY_CAP = problem_kind(
    "family-cap",
    409,
    B("最多可为 {cap} 位就诊人预约。", "At most {cap} people can be booked for."),
    B("请先移除不再需要的家庭成员。", "Remove a family member you no longer need."),
)
FAMILY_ALREADY = problem_kind(
    "family-already",
    409,
    B("此人已在您的家庭成员中。", "This person is already in your family."),
    B("请在家庭成员列表中查看。", "See your family list."),
)
SELF_EXISTS = problem_kind(
    "self-exists",
    409,
    B("本账号已完成本人实名。", "This account already has its own person."),
    B("如信息有误，请携带证件到前台办理。", "If it is wrong, go to a front desk with your document."),
)
FAMILY_SELF = problem_kind(
    "family-self",
    409,
    B("不能移除本人。", "You cannot remove yourself."),
    B("如需注销账号，请到前台办理。", "To close the account, go to a front desk."),
)
GUARDIAN_NEEDED = problem_kind(
    "guardian-needed",
    422,
    B("未满 14 周岁须由成年监护人添加。", "A child under 14 must be added by an adult guardian."),
    B("请监护人先完成本人实名，再确认监护关系。", "The guardian registers first and then confirms guardianship."),
)

_SHOW_NEW = B("请刷新健康码后重新扫描。", "Renew the code on the phone and scan again.")
CARD_MALFORMED = problem_kind(
    "card-code-malformed",
    422,
    B("这不是电子健康卡二维码。", "This is not a health-card code."),
    B("请出示电子健康卡二维码。", "Show the code of the electronic health card."),
)
CARD_EXPIRED = problem_kind("card-code-expired", 422, B("健康码已过期。", "The card code has expired."), _SHOW_NEW)
CARD_REPLAYED = problem_kind(
    "card-code-replayed", 409, B("健康码已被使用过。", "This card code has been used."), _SHOW_NEW
)
CARD_FORGED = problem_kind(
    "card-code-forged", 422, B("健康码校验不通过。", "The card code fails its check."), _SHOW_NEW
)
CARD_SECOND_FACTOR = problem_kind(
    "card-second-factor",
    428,
    B("静态健康码须同时核验持卡人手机验证码。", "A static code also needs the code sent to the holder's phone."),
    B("请先获取并填写持卡人手机收到的验证码。", "Ask for the code on the holder's phone and enter it."),
)
CARD_FROZEN = problem_kind(
    "card-frozen",
    409,
    B("该健康卡已冻结或注销。", "This card is frozen or revoked."),
    B("请持卡人在手机上解冻，或到前台办理。", "The holder unfreezes it on the phone or at a front desk."),
)
CARD_UNKNOWN = problem_kind(
    "card-unknown",
    404,
    B("没有找到这张健康卡。", "This card is not known."),
    B("请核对是否为本地区健康卡，或到前台办卡。", "Check that it is this region's card, or get one at a desk."),
)
NO_PHONE = problem_kind(
    "card-no-phone",
    409,
    B("持卡人没有登记手机号，不能使用静态码。", "The holder has no phone on record; a static code cannot be used."),
    B("请出示动态健康码，或到前台登记手机号。", "Show the dynamic code, or register a phone at a desk."),
)

PASSWORD_WRONG = problem_kind(
    "password-wrong",
    401,
    B("用户名或密码不正确。", "The user name or password is wrong."),
    B("请重新输入；忘记密码请联系管理员。", "Try again; ask your administrator if you forgot it."),
)
TOTP_WRONG = problem_kind(
    "totp-wrong",
    401,
    B("动态口令不正确或已使用。", "The one-time password is wrong or was used."),
    B("请等待新的 6 位口令后再输入。", "Wait for the next six digits and enter them."),
)
ACCOUNT_LOCKED = problem_kind(
    "account-locked",
    423,
    B("登录失败次数过多，账号已暂时锁定。", "Too many failed sign-ins; the account is locked for now."),
    B("请稍后再试，或联系管理员。", "Try again later or ask your administrator."),
)
CHALLENGE_OVER = problem_kind(
    "challenge-over",
    401,
    B("登录步骤已超时。", "This sign-in has run out."),
    B("请从第一步重新登录。", "Start signing in again."),
)
STAFF_UNKNOWN = problem_kind(
    "staff-unknown",
    403,
    B("该统一身份没有对应的工作人员账号。", "No staff account belongs to this identity."),
    B("请联系管理员开通账号。", "Ask your administrator for an account."),
)
PROVIDER_OFF = problem_kind(
    "sign-in-provider-off",
    404,
    B("没有开通这种登录方式。", "This way of signing in is not switched on."),
    B("请使用手机验证码或账号密码登录。", "Sign in by phone code or password."),
)
PROVIDER_REFUSED = problem_kind(
    "sign-in-provider-refused",
    502,
    B("第三方登录没有成功。", "The sign-in provider did not confirm it."),
    B("请重新发起登录，或改用手机验证码。", "Start again, or use a phone code."),
    retry=True,
)
BINDING_NEEDED = problem_kind(
    "phone-binding-needed",
    409,
    B("首次使用该方式登录，请先验证手机号。", "First sign-in this way: please confirm your phone number."),
    B("用手机验证码登录一次即可完成绑定。", "Sign in once by phone code to bind it."),
)
OWN_STAFF_ACCOUNT = problem_kind(
    "own-staff-account",
    409,
    B("不能停用或重置自己的账号。", "Your own account cannot be disabled or reset by yourself."),
    B("请由另一位管理员操作。", "Ask another administrator to do it."),
)

USERNAME_EXISTS = problem_kind(
    "username-exists",
    409,
    B("用户名已被使用。", "The user name is taken."),
    B("请换一个用户名。", "Choose another user name."),
)

CREDENTIAL_UNREADABLE = problem_kind(
    "credential-unreadable",
    422,
    B("无法识别这个码。", "This code is none that is known here."),
    B(
        "请出示电子健康卡、电子社保卡或医保电子凭证。",
        "Show a health card, social-security card or insurance voucher.",
    ),
)
CREDENTIAL_REFUSED = problem_kind(
    "credential-refused",
    422,
    B("医保平台不认可这个码，可能已过期。", "The insurance platform does not accept this code; it may have run out."),
    B("请刷新后重新扫码，或出示其他凭证。", "Refresh the code and scan again, or show another credential."),
)
CREDENTIAL_HOLDER_UNKNOWN = problem_kind(
    "credential-holder-unknown",
    404,
    B("持码人尚未在平台建档。", "The holder of this code is not registered yet."),
    B("请先凭身份证件建档。", "Register the person with their identity document first."),
)
CREDENTIAL_NAME_DIFFERS = problem_kind(
    "credential-name-differs",
    409,
    B("医保登记的姓名与档案不一致。", "The insurer knows this document under another name."),
    B("请核对身份证件，必要时更正档案。", "Check the identity document, and correct the record if needed."),
)
NO_INSURER = problem_kind(
    "insurer-not-connected",
    409,
    B("尚未接入医保平台。", "No insurance platform is connected."),
    B("请出示电子健康卡。", "Show the health card instead."),
)

LOCAL_NUMBER_EXISTS = problem_kind(
    "local-number-exists",
    409,
    B("该院内患者号已登记为另一人。", "This local number belongs to another record."),
    B("请核对患者号。", "Check the number."),
)
ALREADY_LINKED = problem_kind(
    "already-linked",
    409,
    B("该院内患者已有关联。", "This local patient is already linked."),
    B("如需更改，请先解除现有关联。", "Break the present link first."),
)
NOT_LINKED = problem_kind(
    "not-linked",
    409,
    B("该院内患者没有关联。", "This local patient is not linked."),
    B("请刷新后查看最新状态。", "Refresh to see the present state."),
)


def on_field(kind: ProblemKind, field: str) -> Problem:
    """The refusal with the form field that it is about."""
    return kind(errors=[FieldError(field, kind.code, kind.message)])
