/** Money or a price in paise: a whole number, 100 to the rupee. */
export type Paise = number

/** Rupees as a float to whole paise, rounded half away from zero. */
export const paise = (rupees: number): Paise => {
  const exact = rupees * 100
  return Math.sign(exact) * Math.round(Math.abs(exact))
}

/** Paise to rupees as a float: for indicators and charts, never for adding up. */
export const rupees = (amount: Paise): number => amount / 100

/** Paise as a decimal string with two places, as the API and the database carry money: `-1234.50`. */
export const decimal = (amount: Paise): string => {
  const whole = Math.abs(amount)
  const text = `${Math.trunc(whole / 100)}.${String(whole % 100).padStart(2, '0')}`
  return amount < 0 ? `-${text}` : text
}

/** The nearest multiple of `tick` paise, half up. */
export const snap = (price: Paise, tick: Paise): Paise => Math.round(price / tick) * tick

/** A decimal string of rupees, such as the database holds, back to whole paise. */
export const fromDecimal = (text: string): Paise => paise(Number(text))
