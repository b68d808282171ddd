"""What happens to policies and claims."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class ClaimEvent(StrEnum):
    """Names in the event log; subjects are claims, or coverages where it says so."""

    COVERAGE_ADDED = "billing:coverage:added"
    COVERAGE_ENDED = "billing:coverage:ended"
    MADE = "billing:claim:made"
    SENT = "billing:claim:sent"
    LOST = "billing:claim:answer_lost"
    ANSWERED = "billing:claim:answered"
    NEVER_ARRIVED = "billing:claim:never_arrived"
    WITHDRAWN = "billing:claim:withdrawn"


E = ClaimEvent
declare_events(
    {
        E.COVERAGE_ADDED: ("登记商业保险保单（尾号 {tail}）", "A commercial policy ending in {tail} was added"),
        E.COVERAGE_ENDED: ("停用商业保险保单（尾号 {tail}）", "The policy ending in {tail} was taken off"),
        E.MADE: ("申请商保理赔 {amount} 元", "A claim over {amount} yuan was made"),
        E.SENT: ("向保险公司提交理赔", "The claim was sent"),
        E.LOST: ("保险公司没有回音，稍后查询", "No answer came from the insurer; it will be looked up"),
        E.ANSWERED: ("保险公司答复：{state_text}，赔付 {amount} 元", "The insurer says: {state}, {amount} yuan"),
        E.NEVER_ARRIVED: ("经查询，保险公司没有收到，将重新提交", "The insurer never got it; it is sent again"),
        E.WITHDRAWN: ("撤回理赔申请", "The claim was withdrawn"),
    }
)
