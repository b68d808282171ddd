import { listDepartments, listPractitionerRoles, listServices } from '@/api/calls/directory'
import { useAnswer } from '@/app/answer'
import { useSpoken } from '@/app/format'

/** Names of the departments, services and doctors that quotas speak of; an id stays visible until its name is known. */
export function useQuotaNames(organizationId: () => string) {
  const { named } = useSpoken()
  const departments = useAnswer(() => listDepartments(organizationId(), 'outpatient'), { watch: [organizationId] })
  const services = useAnswer(() => listServices(organizationId()), { watch: [organizationId] })
  const doctors = useAnswer(() => listPractitionerRoles({ organization_id: organizationId(), limit: 100 }), { watch: [organizationId] })
  const nameIn = (items: { id: string; name: string; name_en?: string | null }[] | undefined, id: string) => {
    const found = items?.find((x) => x.id === id)
    return found ? named(found.name, found.name_en) : id.slice(0, 8)
  }
  return {
    departments, services,
    department: (id: string) => nameIn(departments.data.value?.items, id),
    service: (id: string) => nameIn(services.data.value?.items, id),
    doctor: (id: string) => nameIn(doctors.data.value?.items, id),
  }
}
