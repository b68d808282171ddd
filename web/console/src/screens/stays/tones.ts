import type { StayView } from '@/api/calls/stays'

/** Colours of where a stay stands, and of where it stands at the insurer. */
export const stayTones: Record<StayView['state'], string> = { running: 'blue', closing: 'amber', settled: 'jade' }
export const coverTones: Record<NonNullable<StayView['insurance']>['state'], string> = { due: 'amber', admitted: 'jade', discharged: 'jade', withdrawn: '', refused: 'red' }
/** The insurances a stay can be settled with (insutype): employees' and residents'. */
export const INSUTYPES = ['310', '390'] as const
