#include "store/store.hpp"

namespace sluice::store {
namespace {

#include "embedded_files.hpp"

} // namespace

std::vector<pg::Migration> migrations()
{
    std::vector<pg::Migration> all;
    for (auto const& [name, text] : kEmbeddedFiles)
        all.push_back({std::string(name.substr(0, name.find('.'))), text});
    return all;
}

} // namespace sluice::store
