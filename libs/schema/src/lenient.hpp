#pragma once

#include "rules.hpp"

namespace sluice::schema {

/// As `Schema::drop_nulls` and `Schema::convert` say.
void drop_nulls(Node const& root, json::object& members);
void convert(Node const& root, json::value& value);

} // namespace sluice::schema
