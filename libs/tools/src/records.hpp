#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "schema/schema.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools {

/// A record of an account, such as a custom field or a team, with the texts under which it is shown and found.
struct Record {
    json::value id;
    std::string id_text;
    std::string label; ///< Its name; with the id if two records have the same name.
    std::string lower; ///< The label in lower case.
    std::string email; ///< In lower case; empty if it has none.
    std::string key;   ///< The label in the form of a property's name.
    std::string type;  ///< text, number, boolean; empty: any.
    json::array choices;
    json::value minimum;
    json::value maximum;
    std::string managed;
    bool required = false;
    std::shared_ptr<schema::Schema const> form; ///< Of one value of the type.
};

/// The records that `kept_records` kept.
[[nodiscard]] std::vector<Record> records_in(json::array const& kept);

/// Adds the records of another account, as one list of names for both: those with the same name become one, which has
/// no id and allows what any of them allows.
void add_of_another(std::vector<Record>& records, std::vector<Record> const& others);

/// Puts the value into the field's type, where nothing is lost, and checks it.
void check_value(Record const& record, json::value& value, std::string const& path,
                 std::vector<FieldFailure>& failures);

/// The schema of a field's value; with its choices if they may be shown and are not too many.
[[nodiscard]] json::object schema_of(Record const& record, bool may_show_choices = true);

/// A text with one sentence for each field, used where an argument takes the field's value alone.
[[nodiscard]] std::string lines_of(std::vector<Record> const& records);

/// The names in one line; cut at its end if they are too many.
[[nodiscard]] std::string names_of(std::vector<Record> const& records);

/// A text with the first names and the number of those left out.
[[nodiscard]] std::string told(std::vector<std::string> const& names);

/// The text of a member; empty if there is none.
[[nodiscard]] std::string text_in(json::object const& object, std::string_view name);

/// A text as it is; other values as JSON writes them.
[[nodiscard]] std::string text_of(json::value const& value);

} // namespace sluice::tools
