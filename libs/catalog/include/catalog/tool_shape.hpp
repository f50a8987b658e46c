#pragma once

#include "base/json.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice::catalog {

/// Arguments that a tool adds to a call where the caller left them out.
struct ArgumentDefaults {
    json::object when; ///< The values that other arguments must have; empty: always.
    json::object set;
};

/// Members that an object needs because of the value of another, such as `tags` of an action that adds tags.
struct Needs {
    std::string at;                ///< The dotted path of the objects; `*` stands for each element of a list.
    std::string member;            ///< The member that decides,
    std::vector<std::string> is;   ///< with one of these values.
    std::vector<std::string> give; ///< The dotted paths of members of which one must be given.
};

/// How the tool of a method differs from the vendor's operation. The REST proxy takes the operation as it is.
struct ToolShape {
    std::vector<ArgumentDefaults> defaults;
    /// Arguments that the tool takes and does not show, since they are rarely needed, such as those for imports. Dotted
    /// paths; `*` stands for each element of a list.
    std::vector<std::string> unshown;
    /// Arguments that stand for a member of an object: `assignee_id` for `assignee.id`. The object is taken too.
    std::map<std::string, std::string, std::less<>> flat;
    std::vector<Needs> needs;
    /// What to tell a caller who gives an argument that the tool does not have, by the argument.
    std::map<std::string, std::string, std::less<>> hints;
};

} // namespace sluice::catalog
