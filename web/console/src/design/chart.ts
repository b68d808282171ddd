import { BarChart, PieChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

// Only what the console draws: each chart and component named here is all that reaches the browser.
use([BarChart, PieChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export const ink = { jade: '#0e7c66', jadeSoft: '#7fbeb1', amber: '#e8833a', blue: '#4a82bd', grey: '#c3ccd8', text: '#63748b', line: '#e9eef4' }

export const startChart = (element: HTMLElement): EChartsType => init(element, null, { renderer: 'svg' })
