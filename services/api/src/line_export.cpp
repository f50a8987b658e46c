#include "line_export.hpp"

namespace sluice::api {

Result<ListFormat> take_format(http::Query& query)
{
    auto const format = query.take("format").value_or("json");
    if (format == "json")
        return ListFormat::page;
    if (format == "ndjson")
        return ListFormat::lines;
    return invalid("format", "must be json or ndjson");
}

} // namespace sluice::api
