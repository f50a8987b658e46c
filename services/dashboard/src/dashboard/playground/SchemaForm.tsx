// A form out of a JSON Schema. A field that is empty is left out of the value.
import { useState } from 'react';
import { Button, IconButton } from '../../parts/Button.tsx';
import { Chips, SelectInput, TextInput } from '../parts/Form.tsx';
import { CloseIcon } from '../parts/icons.tsx';
import { words } from '../words.ts';
import { fieldsOf, pointer, shapeOf, type Field, type JsonSchema, type Path, type Problem } from './schema.ts';

const text = words.playground;

interface Props {
    root: JsonSchema;
    value: Record<string, unknown>;
    problems: Problem[];
    /** Arguments that have a place of their own. */
    without: string[];
    onChange: (path: Path, value: unknown) => void;
}

export function SchemaForm({ root, value, problems, without, onChange }: Props) {
    const fields = fieldsOf(root, root).filter(({ name }) => !without.includes(name));
    const required = fields.filter(({ isRequired }) => isRequired);
    const others = fields.filter(({ isRequired }) => !isRequired);
    const one = (field: Field) => (
        <SchemaField
            key={field.name}
            field={field}
            root={root}
            path={[field.name]}
            value={value[field.name]}
            problems={problems}
            onChange={onChange}
        />
    );
    if (fields.length === 0) return <p className="muted">{text.noArguments}</p>;
    return (
        <div className="stack schema-form">
            {required.map(one)}
            {others.length > 0 && (
                <details className="more" open={required.length === 0 || others.some(({ name }) => name in value)}>
                    <summary>{text.optionalArguments(others.length)}</summary>
                    <div className="stack">{others.map(one)}</div>
                </details>
            )}
        </div>
    );
}

interface FieldProps {
    field: Field;
    root: JsonSchema;
    path: Path;
    value: unknown;
    problems: Problem[];
    onChange: (path: Path, value: unknown) => void;
}

function SchemaField({ field, root, path, value, problems, onChange }: FieldProps) {
    const { name, schema, isRequired } = field;
    const shape = shapeOf(schema, root, name);
    const at = pointer(path);
    const problem = problems.find((each) => each.path === at)?.message;
    const description = typeof schema['description'] === 'string' ? schema['description'] : undefined;
    const common = {
        label: name,
        problem,
        isOptional: !isRequired,
        ...(description === undefined ? {} : { description }),
    };
    const set = (next: unknown) => onChange(path, next);

    switch (shape.kind) {
        case 'group':
            return (
                <fieldset className="group">
                    <legend className="field-label">
                        {name}
                        {!isRequired && <span className="field-optional"> {words.parts.optional}</span>}
                    </legend>
                    {description !== undefined && <p className="field-description">{description}</p>}
                    {shape.fields.map((inner) => (
                        <SchemaField
                            key={inner.name}
                            field={inner}
                            root={root}
                            path={[...path, inner.name]}
                            value={(value as Record<string, unknown> | undefined)?.[inner.name]}
                            problems={problems}
                            onChange={onChange}
                        />
                    ))}
                </fieldset>
            );
        case 'list':
            return (
                <List
                    field={field}
                    items={shape.items}
                    root={root}
                    path={path}
                    value={Array.isArray(value) ? value : []}
                    problems={problems}
                    onChange={onChange}
                />
            );
        case 'choice':
            return (
                <SelectInput
                    {...common}
                    value={value === undefined ? '' : JSON.stringify(value)}
                    onChange={(next) => set(next === '' ? undefined : (JSON.parse(next) as unknown))}
                    options={[
                        { value: '', label: text.notSet },
                        ...shape.options.map((each) => ({ value: JSON.stringify(each), label: String(each) })),
                    ]}
                />
            );
        case 'flag':
            return (
                <SelectInput
                    {...common}
                    value={value === undefined ? '' : String(value)}
                    onChange={(next) => set(next === '' ? undefined : next === 'true')}
                    options={[
                        { value: '', label: text.notSet },
                        { value: 'true', label: 'true' },
                        { value: 'false', label: 'false' },
                    ]}
                />
            );
        case 'choices': {
            const chosen = Array.isArray(value) ? value.map((each) => JSON.stringify(each)) : [];
            return (
                <Chips
                    {...common}
                    options={shape.options.map((each) => ({ value: JSON.stringify(each), label: String(each) }))}
                    chosen={chosen}
                    onChange={(next) =>
                        set(next.length === 0 ? undefined : next.map((each) => JSON.parse(each) as unknown))
                    }
                />
            );
        }
        case 'number':
            return (
                <TextInput
                    {...common}
                    value={value === undefined ? '' : String(value)}
                    onChange={(next) => set(numberOrText(next))}
                />
            );
        case 'text':
            return (
                <TextInput
                    {...common}
                    value={typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)}
                    onChange={(next) => set(next === '' ? undefined : next)}
                    {...(shape.isLong ? { rows: 3 } : {})}
                    {...(shape.format === 'date-time' ? { placeholder: '2026-11-20T09:00:00Z' } : {})}
                />
            );
        case 'json':
            return <JsonInput {...common} value={value} onChange={set} />;
    }
}

/** What is no number stays a text, of which the check then says that it is none. */
function numberOrText(given: string): unknown {
    if (given.trim() === '') return undefined;
    const number = Number(given);
    return Number.isFinite(number) ? number : given;
}

function JsonInput({
    value,
    onChange,
    ...common
}: {
    label: string;
    description?: string;
    problem: string | undefined;
    isOptional: boolean;
    value: unknown;
    onChange: (value: unknown) => void;
}) {
    const [typed, setTyped] = useState(() => (value === undefined ? '' : JSON.stringify(value)));
    const [isWrong, setIsWrong] = useState(false);
    return (
        <TextInput
            {...common}
            problem={isWrong ? text.noJson : common.problem}
            value={typed}
            rows={3}
            isMono
            placeholder="{}"
            onChange={(next) => {
                setTyped(next);
                try {
                    onChange(next.trim() === '' ? undefined : (JSON.parse(next) as unknown));
                    setIsWrong(false);
                } catch {
                    setIsWrong(true);
                }
            }}
        />
    );
}

function List({
    field,
    items,
    root,
    path,
    value,
    problems,
    onChange,
}: Omit<FieldProps, 'value'> & { items: JsonSchema; value: unknown[] }) {
    const { name, schema, isRequired } = field;
    const [count, setCount] = useState(value.length);
    const shown = Math.max(count, value.length);
    const problem = problems.find((each) => each.path === pointer(path))?.message;
    return (
        <fieldset className="group">
            <legend className="field-label">
                {name}
                {!isRequired && <span className="field-optional"> {words.parts.optional}</span>}
            </legend>
            {typeof schema['description'] === 'string' && <p className="field-description">{schema['description']}</p>}
            {problem !== undefined && <p className="field-problem">{problem}</p>}
            {Array.from({ length: shown }, (_, index) => (
                <div key={index} className="list-item">
                    <SchemaField
                        field={{ name: `${name} ${index + 1}`, schema: items, isRequired: true }}
                        root={root}
                        path={[...path, index]}
                        value={value[index]}
                        problems={problems}
                        onChange={(inner, next) =>
                            // An empty line of the list is no end of the list.
                            onChange(inner, next === undefined && inner.length === path.length + 1 ? '' : next)
                        }
                    />
                    <IconButton
                        label={text.removeItem(`${name} ${index + 1}`)}
                        onPress={() => {
                            setCount(shown - 1);
                            if (index < value.length) onChange([...path, index], undefined);
                        }}
                    >
                        <CloseIcon />
                    </IconButton>
                </div>
            ))}
            <div>
                <Button kind="secondary" onPress={() => setCount(shown + 1)}>
                    {text.addItem}
                </Button>
            </div>
        </fieldset>
    );
}
