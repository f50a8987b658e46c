// The account of the simulator, where the operator offers one.

/** Nothing, until the API says that there is a demo to connect. */
export function ConnectDemo() {
    return null;
}
