#pragma once

#include "base/json.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::documents {

/// A document as data, with the line on which each part stands, so that a mistake can be pointed at.
struct Source {
    std::string file;
    json::value root;
    /// 1-based, by path (`resources.tickets.methods[0]`); empty for what did not come from a file.
    std::unordered_map<std::string, int> lines;
};

/// Reads YAML 1.2 (core schema), of which JSON is a part. Anchors and aliases are refused: they let a small document
/// grow without bound. Errors: invalid_argument with file and line.
[[nodiscard]] Result<Source> read_source(std::string file, std::string_view text);
/// Wraps data that is already parsed.
[[nodiscard]] Source source_of(std::string file, json::value root);

/// All mistakes of a definition, collected instead of thrown.
class Problems {
public:
    /// Stored as `file:line path`.
    void add(Source const& source, std::string_view path, std::string message);
    [[nodiscard]] bool empty() const noexcept { return failures_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return failures_.size(); }
    [[nodiscard]] std::vector<FieldFailure> take() { return std::move(failures_); }

private:
    std::vector<FieldFailure> failures_;
};

/// `a` and `b` joined as a path: `a.b`, or `b` if `a` is empty.
[[nodiscard]] std::string join_path(std::string_view parent, std::string_view member);
[[nodiscard]] std::string join_path(std::string_view parent, std::size_t index);

} // namespace sluice::documents
