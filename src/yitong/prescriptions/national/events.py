"""What happens between a hospital and the national prescription platform; payloads hold the platform's numbers."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class NationalEvent(StrEnum):
    """Names in the event log; the subject is the prescription at the national platform."""

    WANTED = "national:prescription:wanted"
    UPLOADED = "national:prescription:uploaded"
    REFUSED = "national:prescription:refused"
    REVOKED = "national:prescription:revoked"
    UNDONE = "national:prescription:undone"
    KEPT = "national:prescription:kept"
    FETCHED = "national:prescription:fetched"


declare_events(
    {
        NationalEvent.WANTED: ("处方待上传医保电子处方中心", "To be uploaded to the national platform"),
        NationalEvent.UPLOADED: ("处方已上传，平台编号 {rxno}", "Uploaded to the national platform as {rxno}"),
        NationalEvent.REFUSED: ("医保电子处方中心拒绝处方", "The national platform refused a prescription"),
        NationalEvent.REVOKED: ("处方待从医保电子处方中心撤销", "A prescription is to be taken back there"),
        NationalEvent.UNDONE: ("处方已从医保电子处方中心撤销", "Taken back at the national platform"),
        NationalEvent.KEPT: ("医保电子处方中心不予撤销", "The national platform does not take it back"),
        NationalEvent.FETCHED: ("医保电子处方中心回报已取药", "The national platform reports it as fetched"),
    }
)
