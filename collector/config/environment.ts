// `${NAME}` in a value stands for a variable of the environment. What comes from there is never read again as syntax.

export type Environment = Readonly<Record<string, string | undefined>>;

/** The text with its variables filled in, or why it cannot be: one sentence per variable. */
export function expand(text: string, env: Environment): { readonly text: string } | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const filled = text.replace(/\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?/g, (_, name: string | undefined) => {
    if (name === undefined) {
      faults.push('What follows "${" is not the name of a variable and "}". To have "${" in a value, put the value into a variable of the environment.');
      return '';
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) faults.push(`The environment variable ${name.slice(0, 100)} is not set.`);
    return value ?? '';
  });
  return faults.length === 0 ? { text: filled } : { faults: [...new Set(faults)] };
}
