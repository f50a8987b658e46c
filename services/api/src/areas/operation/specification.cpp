#include "specification.hpp"

namespace sluice::api {
namespace {

#include "embedded_files.hpp"

} // namespace

std::string_view specification()
{
    return kEmbeddedFiles[0].text;
}

} // namespace sluice::api
