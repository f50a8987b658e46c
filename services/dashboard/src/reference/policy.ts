// Zod, which Scalar uses, tries once whether it may evaluate text as code. The policy of the page refuses that, and the
// browser would report it. This is set before Zod is loaded.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
