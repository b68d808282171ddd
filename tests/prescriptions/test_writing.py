"""The doctor's side over HTTP: finding drugs, verdicts while typing, drafts, signing, who may do what."""

from typing import Any

from prescriptions.pharmacy import AMLODIPINE, CODES, Pharmacy, line, pharmacist
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import Role


async def test_drugs_are_found_by_initials_with_price_and_stock(pharmacy: Pharmacy) -> None:
    doctor = pharmacy.town.doctor
    found = (await pharmacy.get(doctor, "/drugs", q="bhsaldp")).json()["items"]
    assert [one["name"] for one in found] == [AMLODIPINE]
    assert (found[0]["stock_units"], found[0]["units_per_package"], found[0]["routes"]) == (None, 28, ["po", "sl"])
    kept = await pharmacy.put(
        pharmacy.first,
        f"/drug-stock/{CODES['硝苯地平缓释片']}",
        {"organization_id": str(pharmacy.town.hospital_id), "units": 360, "price_fen": 999},
    )
    assert kept.json() == {"drug_code": CODES["硝苯地平缓释片"], "units": 360, "price_fen": 999}
    named = (await pharmacy.get(doctor, "/drugs", q="地平")).json()["items"]
    assert (named[0]["name"], named[0]["stock_units"], named[0]["price_fen"]) == ("硝苯地平缓释片", 360, 999)
    assert len(named) > 5
    signs = (await pharmacy.get(doctor, "/drugs", q="%")).json()["items"]
    assert signs
    assert all("%" in one["name"] for one in signs), "a sign of the query language is an ordinary sign"
    assert (await pharmacy.get(doctor, "/drugs", q="_")).json()["items"] == []
    assert (await pharmacy.get(pharmacy.town.citizen(pharmacy.patient), "/drugs", q="BHS")).status_code == 403
    refused = await pharmacy.put(
        doctor, f"/drug-stock/{CODES[AMLODIPINE]}", {"organization_id": str(pharmacy.town.hospital_id), "units": 1}
    )
    assert refused.json()["code"] == "forbidden"


async def test_the_rules_answer_while_the_doctor_types(pharmacy: Pharmacy) -> None:
    doctor = pharmacy.town.doctor
    fine = (await pharmacy.post(doctor, "/prescriptions/check", **pharmacy.sheet())).json()
    assert (fine["level"], fine["signable"], fine["paper"], fine["verdicts"]) == ("pass", True, "ordinary", [])
    assert (fine["lines"][0]["needed"], fine["lines"][0]["supply_days"]) == (1, 28)
    typing = pharmacy.sheet(line("二甲双胍片", frequency="tid", dose_milli=1000, dose_unit="g"))
    over = (await pharmacy.post(doctor, "/prescriptions/check", **typing)).json()
    assert (over["level"], over["signable"]) == ("pharmacist", False)
    assert over["verdicts"][0]["code"] == "dose.day"
    assert over["verdicts"][0]["source_title"]["zh"].startswith("《处方管理办法》")
    typing["reasons"] = [{"code": "dose.day", "text": "内分泌科会诊意见"}]
    assert (await pharmacy.post(doctor, "/prescriptions/check", **typing)).json()["signable"] is True
    nothing = (await pharmacy.post(doctor, "/prescriptions/check", **pharmacy.sheet(diagnoses=[]))).json()
    assert [one["code"] for one in nothing["verdicts"]] == ["sheet.diagnosis"]
    wrong = await pharmacy.post(doctor, "/prescriptions/check", **pharmacy.sheet(line(AMLODIPINE, frequency="often")))
    assert (wrong.json()["code"], wrong.json()["errors"][0]["field"]) == ("validation-failed", "lines[0].frequency")
    unknown = {**line(AMLODIPINE), "drug_code": "NONE"}
    assert (await pharmacy.post(doctor, "/prescriptions/check", **pharmacy.sheet(unknown))).json()["code"] == (
        "drug-unknown"
    )


async def test_a_draft_is_written_changed_and_signed(pharmacy: Pharmacy) -> None:
    doctor = pharmacy.town.doctor
    made = await pharmacy.draft()
    assert (made["state"], made["version"], made["revision"], made["number"]) == ("draft", 1, 0, "2026112300001")
    sheet = pharmacy.sheet(line(AMLODIPINE, quantity=1), line("二甲双胍片", dose_milli=500, dose_unit="g"))
    sheet["lines"][1] |= {"dose_unit": "mg", "dose_milli": 500_000, "frequency": "bid"}
    saved = await pharmacy.put(doctor, f"/prescriptions/{made['id']}", {"version": 1, "sheet": sheet})
    assert (saved.json()["version"], len(saved.json()["lines"])) == (2, 2)
    stale = await pharmacy.act(doctor, made, "sign")
    assert stale.json()["code"] == "prescription-changed"
    done = (await pharmacy.act(doctor, saved.json(), "sign")).json()
    assert (done["state"], done["revision"], done["paper"]) == ("signed", 1, "ordinary")
    assert done["valid_until"] == "2026-11-23T16:00:00Z"
    assert done["retained_until"] == "2027-11-23"
    assert [(one["kind"], one["name"]) for one in done["signatures"]] == [("prescriber", "张医生")]
    again = await pharmacy.act(doctor, done, "sign")
    assert again.json()["code"] == "wrong-state"
    late = await pharmacy.put(doctor, f"/prescriptions/{made['id']}", {"version": done["version"], "sheet": sheet})
    assert late.json()["code"] == "wrong-state"
    moves = await pharmacy.town.rows(
        "SELECT t.from_state || '>' || t.to_state, e.type FROM transition t JOIN event e ON e.id = t.event_id"
        " WHERE t.machine = 'prescription' ORDER BY t.sequence"
    )
    assert [tuple(move) for move in moves] == [
        ("new>draft", "prescriptions:sheet:drafted"),
        ("draft>signed", "prescriptions:sheet:signed"),
    ]


async def test_the_same_key_begins_one(pharmacy: Pharmacy) -> None:
    headers = pharmacy.town.headers(pharmacy.town.doctor)
    sent = [await pharmacy.client.post("/api/prescriptions", json=pharmacy.sheet(), headers=headers) for _ in range(2)]
    assert sent[0].json() == sent[1].json()
    assert (await pharmacy.town.one("SELECT count(*) FROM prescription"))[0] == 1


async def test_what_the_rules_forbid_is_not_signed(pharmacy: Pharmacy) -> None:
    doctor = pharmacy.town.doctor
    made = await pharmacy.draft(line(AMLODIPINE, days=8))
    refused = (await pharmacy.act(doctor, made, "sign")).json()
    assert (refused["code"], refused["status"]) == ("prescription-rules", 422)
    assert [(one["code"], one["source"]) for one in refused["verdicts"]] == [("limits.days.ordinary", "rx-order-53-19")]
    assert refused["errors"][0]["field"] == "lines[0]"
    assert (await pharmacy.town.one("SELECT state FROM prescription"))[0] == "draft"
    assert (await pharmacy.town.one("SELECT count(*) FROM prescription_signature"))[0] == 0
    empty = await pharmacy.post(doctor, "/prescriptions", **{**pharmacy.sheet(), "lines": []})
    nothing = (await pharmacy.act(doctor, empty.json(), "sign")).json()
    assert nothing["errors"][0]["field"] == "lines"
    thrown = (await pharmacy.act(doctor, empty.json(), "discard")).json()
    assert thrown["state"] == "discarded"


async def test_what_the_patient_still_takes_counts(pharmacy: Pharmacy) -> None:
    await pharmacy.signed()
    again = (await pharmacy.post(pharmacy.town.doctor, "/prescriptions/check", **pharmacy.sheet())).json()
    assert [one["code"] for one in again["verdicts"]] == ["duplicate.running"]
    pharmacy.town.clock.advance(days=7)
    later = pharmacy.town.clock.now()
    assert later is not None
    refused = await pharmacy.post(pharmacy.town.doctor, "/prescriptions/check", **pharmacy.sheet())
    assert refused.json()["verdicts"] == []


async def test_only_the_doctor_of_the_visit_writes(pharmacy: Pharmacy) -> None:
    town = pharmacy.town
    other = await pharmacist(town, "别的医生", "D9", "主治医师", role="doctor")
    stranger = town.staff(Role.DOCTOR, practitioner_id=other.practitioner_id)
    assert (await pharmacy.post(stranger, "/prescriptions/check", **pharmacy.sheet())).json()["code"] == (
        "not-your-visit"
    )
    nobody = town.staff(Role.DOCTOR, practitioner_id=new_id())
    assert (await pharmacy.post(nobody, "/prescriptions", **pharmacy.sheet())).json()["code"] == "no-practitioner"
    for refused in (town.nurse, pharmacy.first, town.citizen(pharmacy.patient)):
        assert (await pharmacy.post(refused, "/prescriptions", **pharmacy.sheet())).json()["code"] == "forbidden"
    made = await pharmacy.draft()
    assert (await pharmacy.act(stranger, made, "sign")).json()["code"] == "not-your-visit"
    abroad = town.staff(Role.DOCTOR, town.other_hospital_id, practitioner_id=town.practitioner_id)
    assert (await pharmacy.get(abroad, f"/prescriptions/{made['id']}")).json()["code"] == "not-found"


async def test_who_sees_what(pharmacy: Pharmacy) -> None:
    town = pharmacy.town
    mine = town.citizen(pharmacy.patient)
    made = await pharmacy.draft(
        line("二甲双胍片", frequency="tid", dose_milli=1000, dose_unit="g", days=7, quantity=1),
        reasons=[{"code": "dose.day", "text": "会诊意见"}],
    )
    path = f"/prescriptions/{made['id']}"
    assert (await pharmacy.get(mine, path)).json()["code"] == "not-found", "a draft is the doctor's own"
    signed = (await pharmacy.act(town.doctor, made, "sign")).json()
    assert [one["code"] for one in signed["verdicts"] if one["level"] == "pharmacist"] == ["dose.day"]
    seen = (await pharmacy.get(mine, path)).json()
    assert (seen["patient_name"], seen["verdicts"]) == ("王小明", [])
    assert (await pharmacy.get(town.citizen(new_id()), path)).json()["code"] == "not-found"
    listed = (await pharmacy.get(mine, "/prescriptions", patient_id=str(pharmacy.patient))).json()["items"]
    assert [one["drugs"] for one in listed] == [["二甲双胍片"]]
    foreign = await pharmacy.get(mine, "/prescriptions", patient_id=str(new_id()))
    assert foreign.json()["code"] == "foreign-patient"
    assert (await pharmacy.get(mine, "/prescriptions")).json()["code"] == "forbidden"
    own = (await pharmacy.get(town.doctor, "/prescriptions", mine=True)).json()["items"]
    assert [one["number"] for one in own] == [signed["number"]]


async def test_nothing_about_health_is_left_open(pharmacy: Pharmacy) -> None:
    await pharmacy.signed()
    stored = str(
        await pharmacy.town.rows("SELECT to_jsonb(p), to_jsonb(s) FROM prescription p, prescription_signature s")
    )
    events = str(await pharmacy.town.rows("SELECT payload FROM event"))
    for word in ("高血压", "氨氯地平", "王小明", CODES[AMLODIPINE]):
        assert word not in stored
        assert word not in events


async def test_special_rights_are_given_by_the_hospital(pharmacy: Pharmacy) -> None:
    town = pharmacy.town
    morphine: dict[str, Any] = line(
        "盐酸吗啡片", dose_milli=10_000, dose_unit="mg", frequency="tid", days=3, quantity=9
    )
    sheet = pharmacy.sheet({**morphine, "split": True})
    before = (await pharmacy.post(town.doctor, "/prescriptions/check", **sheet)).json()
    assert "authority.narcotic" in [one["code"] for one in before["verdicts"]]
    path = f"/prescribing-rights/{town.practitioner_id}"
    body = {"organization_id": str(town.hospital_id), "rights": ["narcotic"]}
    assert (await pharmacy.put(town.doctor, path, body)).json()["code"] == "forbidden"
    admin = town.staff(Role.HOSPITAL_ADMIN)
    assert (await pharmacy.put(admin, path, body)).json()["rights"] == ["narcotic"]
    after = (await pharmacy.post(town.doctor, "/prescriptions/check", **sheet)).json()
    assert (after["signable"], after["paper"]) == (True, "narcotic")
    assert (await pharmacy.put(admin, path, {**body, "rights": []})).json()["rights"] == []
    assert (await pharmacy.put(admin, f"/prescribing-rights/{new_id()}", body)).json()["code"] == "not-found"


async def test_a_visit_of_yesterday_takes_no_more(pharmacy: Pharmacy) -> None:
    note = {"organization_id": str(pharmacy.town.hospital_id), "diagnosis_text": "高血压"}
    await pharmacy.client.post(
        f"/api/encounters/{pharmacy.encounter}/finish", json=note, headers=pharmacy.town.headers(pharmacy.town.doctor)
    )
    assert (await pharmacy.post(pharmacy.town.doctor, "/prescriptions/check", **pharmacy.sheet())).status_code == 200
    pharmacy.town.clock.advance(hours=20)
    late = await pharmacy.post(pharmacy.town.doctor, "/prescriptions/check", **pharmacy.sheet())
    assert late.json()["code"] == "visit-over"


async def test_the_catalogue_names_every_rule_with_its_source(pharmacy: Pharmacy) -> None:
    rules = (await pharmacy.get(pharmacy.town.doctor, "/prescriptions/rules")).json()
    assert len(rules) > 80
    assert all(one["source_title"]["zh"] and one["text"]["en"] for one in rules)
    choices = (await pharmacy.get(pharmacy.town.doctor, "/prescriptions/choices")).json()
    assert {"qd", "bid", "tid"} <= {one["code"] for one in choices["frequencies"]}
