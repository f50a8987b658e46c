import { Button as AriaButton } from 'react-aria-components/Button';
import { ChevronRight, Key, Person } from '../parts/icons.tsx';
import { PageTitle } from '../parts/Page.tsx';
import type { Integration, Method } from './contract.ts';

interface Props {
    title: string;
    integration: Integration;
    onChoose: (method: Method) => void;
}

export function Methods({ title, integration, onChoose }: Props) {
    // Nothing to find and copy: the easier way comes first.
    const methods = [...integration.methods].sort(
        (one, other) => Number(other.kind === 'oauth2') - Number(one.kind === 'oauth2'),
    );
    return (
        <>
            <PageTitle title={title}>Choose how you want to connect it.</PageTitle>
            <ul className="choices">
                {methods.map((method) => (
                    <li key={method.name}>
                        <AriaButton className="choice" onPress={() => onChoose(method)}>
                            <span className="choice-icon">{method.kind === 'oauth2' ? <Person /> : <Key />}</span>
                            <span className="choice-text">
                                <span className="choice-title">
                                    {method.label}
                                    {method.kind === 'oauth2' && methods.length > 1 && (
                                        <span className="tag">Easiest</span>
                                    )}
                                </span>
                                <span className="choice-detail">
                                    {method.kind === 'oauth2'
                                        ? `Sign in at ${integration.label} and approve`
                                        : `With a key from your ${integration.label} settings`}
                                </span>
                            </span>
                            <ChevronRight />
                        </AriaButton>
                    </li>
                ))}
            </ul>
        </>
    );
}
