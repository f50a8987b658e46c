import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryLabel } from '../../src/link/categories.ts';

test('a category in words', () => {
    const cases: [string | null, string][] = [
        ['crm', 'CRM'],
        ['helpdesk', 'Help desk'],
        ['help_desk', 'Help desk'],
        ['e_commerce', 'E-commerce'],
        ['e-mail', 'E-mail'],
        ['telephony', 'Telephony'],
        ['sms_marketing', 'SMS marketing'],
        ['file_storage', 'File storage'],
        ['Payments', 'Payments'],
        ['constructor', 'Constructor'],
        ['', ''],
        [null, ''],
    ];
    for (const [category, expected] of cases) assert.equal(categoryLabel(category), expected, String(category));
});
