import { lint } from './lint.mjs';
import { live } from './live/main.mjs';
import { routes } from './routes.mjs';
import { Spec } from './support/spec.mjs';
import { Tests } from './support/tests.mjs';

const tests = new Tests();
lint(tests);
const spec = tests.check('the specification can be read', () => new Spec());
if (spec !== undefined) {
    routes(tests, spec);
    await live(tests, spec);
}
tests.report();
