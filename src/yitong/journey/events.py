"""What happens to messages."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class JourneyEvent(StrEnum):
    """Names in the event log; the subject is the message or the delivery."""

    TOLD = "journey:message:told"
    READ = "journey:message:read"
    SENT = "journey:delivery:sent"
    GIVEN_UP = "journey:delivery:given_up"


declare_events(
    {
        JourneyEvent.TOLD: ("向患者发出消息（{kind}）", "The patient was told ({kind})"),
        JourneyEvent.READ: ("患者已读消息", "The patient read the message"),
        JourneyEvent.SENT: ("消息已由 {channel} 送出", "The message left through {channel}"),
        JourneyEvent.GIVEN_UP: (
            "消息经 {channel} 发送 {attempts} 次未成功，已放弃",
            "Sending through {channel} was given up after {attempts} attempts",
        ),
    }
)
