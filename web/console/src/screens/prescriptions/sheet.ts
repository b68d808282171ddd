import { computed, reactive, ref, watch, type Ref } from 'vue'
import { checkSheet, type Checked, type DrugFound, type Line, type Prescription, type Sheet, type Visit } from '@/api/calls/prescriptions'
import { asProblem, type ApiProblem } from '@/api/problem'

/** A line in the editor: what is sent, and the drug it is about. */
export type Row = Line & { drug: Pick<DrugFound, 'name' | 'spec' | 'unit' | 'package' | 'routes' | 'dose_units' | 'kind' | 'stock_units' | 'control'> }
type Named = { code: string; name: string }
type Pregnancy = 'unknown' | 'no' | 'pregnant' | 'lactating'
export type Setting = NonNullable<Sheet['setting']>

const PAUSE_MS = 350

/** The sheet under the doctor's hands: its rows, what it is as a request, and what the rules say a moment after each change. */
export function useSheet(organizationId: Ref<string | null>, visit: Ref<Visit | null>) {
  const rows = ref<Row[]>([])
  const form = reactive({ setting: 'outpatient' as Setting, diagnoses: [] as Named[], weight: '', egfr: '', pregnancy: 'unknown' as Pregnancy, allergies: [] as string[], insured: false, supply_reason: '' })
  const reasons = reactive<Record<string, string>>({})
  const checked = ref<Checked | null>(null)
  const problem = ref<ApiProblem | null>(null)
  const checking = ref(false)

  const whole = (text: string, factor = 1): number | null => (text.trim() && Number.isFinite(Number(text)) ? Math.round(Number(text) * factor) : null)
  const sheet = computed<Sheet | null>(() => organizationId.value && visit.value ? {
    organization_id: organizationId.value,
    encounter_id: visit.value.id,
    setting: form.setting,
    diagnoses: form.diagnoses.map((d) => ({ ...d })),
    lines: rows.value.map(({ drug: _, ...line }) => line),
    condition: { weight_g: whole(form.weight, 1000), egfr: whole(form.egfr), pregnancy: form.pregnancy === 'unknown' ? '' : form.pregnancy, allergies: form.allergies },
    insured: form.insured,
    supply_reason: form.supply_reason,
    valid_days: 1,
    validity_reason: '',
    pain_programme: false,
    repeats: 0,
    repeat_every_days: 0,
    guardian_present: false,
    return_visit: true,
    urgent: false,
    reasons: Object.entries(reasons).filter(([, text]) => text.trim().length >= 2).map(([code, text]) => ({ code, text: text.trim() })),
  } : null)

  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(sheet, (now) => {
    clearTimeout(timer)
    const mine = ++turn
    if (!now) {
      checked.value = null
      return
    }
    checking.value = true
    timer = setTimeout(async () => {
      try {
        const answer = await checkSheet(now)
        if (mine !== turn) return
        checked.value = answer
        problem.value = null
      } catch (thrown) {
        if (mine === turn) problem.value = asProblem(thrown)
      } finally {
        if (mine === turn) checking.value = false
      }
    }, PAUSE_MS)
  }, { deep: true, immediate: true })

  /** A usual beginning: one unit once a day for a week, controlled drugs and herbs by the unit. */
  function add(drug: DrugFound): void {
    const herbal = drug.kind === 'herbal'
    const split = herbal || !!drug.control
    rows.value.push({
      drug, drug_code: drug.code, dose_milli: herbal ? 10_000 : 1000, dose_unit: drug.dose_units[0] ?? drug.unit, frequency: 'qd', route: herbal ? 'decoct' : drug.routes[0] ?? 'po',
      days: 7, quantity: herbal ? 70 : split ? 7 : Math.max(1, Math.ceil(7 / drug.units_per_package)), split, note: '',
    })
  }
  function clear(): void {
    rows.value = []
    Object.assign(form, { setting: 'outpatient', diagnoses: (visit.value?.diagnoses ?? []).map(({ code, name }) => ({ code, name })), weight: '', egfr: '', pregnancy: 'unknown', allergies: [], insured: false, supply_reason: '' })
    for (const code of Object.keys(reasons)) delete reasons[code]
  }
  /** Takes a kept prescription back into the editor. */
  function open(found: Prescription): void {
    clear()
    const kept = found.sheet
    rows.value = found.lines.map((line) => ({
      drug_code: line.drug_code, dose_milli: line.dose_milli, dose_unit: line.dose_unit, frequency: line.frequency, route: line.route, days: line.days, quantity: line.quantity, split: line.split, note: line.note,
      drug: { name: line.name, spec: line.spec, unit: line.unit, package: line.package, routes: [line.route], dose_units: [line.dose_unit], kind: line.kind, stock_units: null, control: line.control },
    }))
    const told = kept.condition
    Object.assign(form, {
      setting: kept.setting ?? 'outpatient', diagnoses: (kept.diagnoses ?? []).map((d) => ({ ...d })), weight: told?.weight_g ? String(told.weight_g / 1000) : '',
      egfr: told?.egfr != null ? String(told.egfr) : '', pregnancy: told?.pregnancy || 'unknown', allergies: [...(told?.allergies ?? [])], insured: kept.insured ?? false, supply_reason: kept.supply_reason ?? '',
    })
    for (const reason of kept.reasons ?? []) reasons[reason.code] = reason.text
  }
  return { rows, form, reasons, checked, checking, problem, sheet, add, clear, open }
}
