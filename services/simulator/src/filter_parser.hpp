#pragma once

#include "filter.hpp"

namespace sluice::simulator {

/// Recursive descent over the filter language. Stops at the first mistake.
class FilterParser {
public:
    FilterParser(std::string_view text, Id current_user)
        : rest_(text)
        , current_user_(current_user)
    {
    }
    [[nodiscard]] std::expected<std::vector<Filter::Clause>, std::string> run();

private:
    void blanks();
    bool take(std::string_view token);
    void expect(std::string_view token);
    std::string name();
    Filter::Clause clause();
    std::vector<json::value> values();
    json::value value();
    json::value quoted(char quote);
    json::value bare();
    json::value resolved(std::string text) const;
    void fail(std::string_view why);

    std::string_view rest_;
    Id current_user_;
    std::string error_;
};

} // namespace sluice::simulator
