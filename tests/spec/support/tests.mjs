/// Named tests, printed as they end.
export class Tests {
    #passed = 0;
    #failed = 0;

    /// One test. Answers what `body` answers; nothing, if it threw.
    check(name, body) {
        try {
            const value = body();
            this.pass(name);
            return value;
        } catch (error) {
            this.fail(name, [error.message]);
            return undefined;
        }
    }

    pass(name) {
        this.#passed += 1;
        console.log(`ok      ${name}`);
    }

    fail(name, problems) {
        this.#failed += 1;
        console.log(`FAILED  ${name}`);
        for (const line of problems.join('\n').split('\n')) console.log(`        ${line}`);
    }

    report() {
        process.exitCode = this.#failed > 0 || this.#passed === 0 ? 1 : 0;
        console.log(`${this.#passed} passed, ${this.#failed} failed`);
    }
}
