#include "query_parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <vector>

namespace sluice::api {

Result<void> check_query(http::Query const& query, QueryParameters const& known)
{
    if (known.takes_others)
        return {};
    std::span const names(known.names.begin(), std::ranges::find(known.names, std::string_view{}));
    std::vector<FieldFailure> failures;
    for (auto const& [name, value] : query.pairs())
        if (std::ranges::find(names, name) == names.end())
            failures.push_back({name, names.empty()
                                          ? "is not a parameter here; there are none"
                                          : fmt::format("is not a parameter here; known {} {}",
                                                        names.size() == 1 ? "is" : "are", fmt::join(names, ", "))});
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

} // namespace sluice::api
