#pragma once

#include "catalog/composition.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::catalog {

// What a person who decides about a call sees of it. All paths are dotted.

/// How an item of a resource is named. The paths are in the item.
struct ItemView {
    std::string label;                ///< What it is, such as `Ticket`.
    std::string title;                ///< The path of its title; empty if it has none.
    std::vector<std::string> details; ///< The paths of what tells it from others.
};

/// What a call does, as people say it. The paths are in the body of the vendor's request.
struct Shown {
    /// The call writes a message.
    struct Message {
        std::string is_public; ///< False there: only the team sees the message.
        std::string channel;
        std::string from; ///< An address, or an object with `name` and `address`. So are those below.
        std::string to;
        std::string cc;
        std::string bcc;
        std::string subject;
        std::string text;
        std::string html;
        std::vector<std::string> quiet; ///< Members that say nothing more to a person.
        std::vector<When> recorded;     ///< When the message is only recorded and nothing is sent: any of them.
    };
    /// The call changes a list of names.
    struct List {
        std::string label;
        std::vector<std::string> adds;    ///< The paths of lists of what is added,
        std::vector<std::string> removes; ///< is removed,
        std::vector<std::string> sets;    ///< or takes the place of all.
        std::string now;                  ///< The path of the present list in the item; each element may have a `name`.
    };
    std::optional<Message> message;
    std::optional<List> list;
    /// The path in the item of the values of an account's own fields, which the call sets or empties; empty if it sets
    /// none.
    std::string fields;
    std::string deletes; ///< The path of the list of the ids that are deleted.
};

} // namespace sluice::catalog
