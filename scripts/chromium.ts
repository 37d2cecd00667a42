import { accessSync, constants } from 'node:fs'

/** Where browsers of Chromium's kind are usually found. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** How to get one, for those who must do it by hand. */
export const chromiumTodo =
  'Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH=/path/to/chrome.'

/** The browser for the tests: CHROMIUM_PATH when set, else the first that is installed. */
export const findChromium = (): string | undefined =>
  [process.env['CHROMIUM_PATH'] ?? '', ...places].find((place) => place !== '' && canRun(place))

const canRun = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
