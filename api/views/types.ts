import type { Definition } from '#actors/strategy/define.ts'
import type { Param, ParamSet } from '#actors/strategy/params.ts'
import type { ParamView, StrategyTypeView } from '../contract.ts'

/** A strategy's declaration as its form needs it. */
export const typeView = (definition: Definition<any, any, any>): StrategyTypeView => {
  const { name, title, description, bars } = definition
  const params = definition.params as ParamSet
  const defaults = Object.fromEntries(
    Object.entries(params).map(([key, param]) => [key, param.default]),
  )
  return {
    type: name,
    title,
    description,
    bars: typeof bars === 'function' ? bars(defaults) : bars,
    params: Object.entries(params).map(([key, param]) => paramView(key, param)),
  }
}

const paramView = (name: string, param: Param): ParamView => {
  const { kind, description } = param
  const view: ParamView = { name, kind, default: param.default, description }
  if (param.kind === 'choice') view.choices = [...param.choices]
  if (param.kind === 'whole' || param.kind === 'number') {
    view.min = param.min
    view.max = param.max
  }
  return view
}
