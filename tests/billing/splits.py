"""Random answers of an insurer that keep all promises of setlinfo, for tests of the rules."""

from hypothesis import strategies as st

from yitong.billing.ports import InsuranceSplit

FUNDS = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay")
fen = st.integers(0, 5_000_000)


@st.composite
def cut(draw: st.DrawFn, total: int, pieces: int) -> list[int]:
    """``total`` in so many pieces, some of them empty."""
    marks = sorted(draw(st.lists(st.integers(0, total), min_size=pieces - 1, max_size=pieces - 1)))
    return [after - before for before, after in zip([0, *marks], [*marks, total], strict=True)]


@st.composite
def splits(draw: st.DrawFn, total: int) -> InsuranceSplit:
    """Any split of a bill of ``total``."""
    ownpay, overlimit, preselfpay, scope = draw(cut(total, 4))
    fund, hospital, person_scope = draw(cut(scope, 3))
    person = person_scope + ownpay + overlimit + preselfpay
    account = draw(st.integers(0, person))
    deductible = draw(st.integers(0, person_scope))
    return InsuranceSplit(
        medfee_sumamt=total,
        fulamt_ownpay_amt=ownpay,
        overlmt_selfpay=overlimit,
        preselfpay_amt=preselfpay,
        inscp_scp_amt=scope,
        act_pay_dedc=deductible,
        **dict(zip(FUNDS, draw(cut(fund, len(FUNDS))), strict=True)),
        fund_pay_sumamt=fund,
        psn_part_amt=person,
        acct_pay=account,
        acct_mulaid_pay=draw(st.integers(0, account)),
        psn_cash_pay=person - account,
        hosp_part_amt=hospital,
        balc=draw(fen),
        pool_prop_selfpay=person_scope - deductible,
    )
