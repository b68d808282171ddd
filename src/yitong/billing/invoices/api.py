"""The addresses of invoices."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response
from litestar.types import ControllerRouterHandler
from sqlalchemy import text

from yitong.billing.invoices import service
from yitong.billing.invoices.printing import pdf
from yitong.billing.invoices.schemas import InvoiceView, IssueRequest, Verified
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

_TAGS = ["invoices"]
_Code = Annotated[str, QueryParameter(pattern="^[0-9]{8}$")]
_Number = Annotated[str, QueryParameter(pattern="^[0-9]{10}$")]
_Check = Annotated[str, QueryParameter(pattern="^[0-9A-F]{8}$")]


@post("/bills/{bill_id:uuid}/invoice", status_code=200, summary="The invoice of a settled bill", tags=_TAGS)
async def post_invoice(
    tx: NamedDependency[Transaction], bill_id: FromPath[UUID], data: JSONBody[IssueRequest]
) -> InvoiceView:
    """Issues it, or answers the one there is; a bill that changed gets a red one and a new one."""
    return await service.issue(tx, data.organization_id, bill_id)


@get("/bills/{bill_id:uuid}/invoices", summary="A bill's invoices", tags=_TAGS)
async def get_invoices(
    tx: NamedDependency[Transaction], bill_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Page[InvoiceView]:
    """All of them in the order they were issued, red ones among them."""
    return Page(await service.invoices_of(tx, organization_id, bill_id))


@get("/invoices/{invoice_id:uuid}", summary="One invoice", tags=_TAGS)
async def get_invoice(
    tx: NamedDependency[Transaction], invoice_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> InvoiceView:
    """What stands on it and whether it still counts."""
    return await service.show(tx, organization_id, invoice_id)


@get("/invoices/{invoice_id:uuid}/pdf", summary="An invoice to print", media_type="application/pdf", tags=_TAGS)
async def get_invoice_pdf(
    tx: NamedDependency[Transaction], invoice_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Response[bytes]:
    """The invoice as PDF."""
    invoice = await service.show(tx, organization_id, invoice_id)
    zone = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    name = f'inline; filename="{invoice.code}-{invoice.number}.pdf"'
    return Response(
        pdf(invoice, zone.scalar_one()),
        media_type="application/pdf",
        headers={"content-disposition": name, "cache-control": "private, no-store"},
    )


@get("/invoices/verify", summary="Verify an invoice", tags=_TAGS)
async def get_verified(tx: NamedDependency[Transaction], code: _Code, number: _Number, check_code: _Check) -> Verified:
    """For anybody who holds an invoice: issued by whom, for how much, and whether it still counts."""
    return await service.verify(tx, code, number, check_code)


ROUTES: list[ControllerRouterHandler] = [post_invoice, get_invoices, get_invoice, get_invoice_pdf, get_verified]
