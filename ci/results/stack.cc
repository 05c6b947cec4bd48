#include "ci/results/stack.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "helpers/base/file.h"

namespace dualpath::results {
namespace {

using nlohmann::ordered_json;

constexpr char kFile[] = "/stack.json";

struct Field {
  const char* name;
  const char* label;  ///< null: the stack's name
  std::string Stack::*member;
};
constexpr std::array<Field, 5> kFields = {{
    {"stack", nullptr, &Stack::name},
    {"kernel", "kernel", &Stack::kernel},
    {"multipath_tools", "multipath-tools", &Stack::multipath_tools},
    {"qemu", "QEMU", &Stack::qemu},
    {"libvirt", "libvirt", &Stack::libvirt},
}};

}  // namespace

std::string ToText(const Stack& stack) {
  std::string text = stack.name;
  const char* separator = ": ";
  for (const Field& field : kFields) {
    if (field.label == nullptr) continue;
    text += separator + std::string(field.label) + " " + stack.*field.member;
    separator = ", ";
  }
  for (const std::string& own : stack.own) text += "; own " + own;
  return text;
}

Status WriteStack(const std::string& directory, const Stack& stack) {
  ordered_json json;
  for (const Field& field : kFields) json[field.name] = stack.*field.member;
  json["own"] = stack.own;
  return WriteFileAtomically(
      directory + kFile, json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

std::optional<Stack> ReadStack(const std::string& directory) {
  const auto text = ReadFile(directory + kFile);
  if (!text.ok()) return std::nullopt;
  const ordered_json json = ordered_json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Stack stack;
  for (const Field& field : kFields) {
    const auto found = json.find(field.name);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    stack.*field.member = found->get<std::string>();
  }
  const auto own = json.find("own");
  if (own == json.end() || !own->is_array()) return stack;
  for (const ordered_json& each : *own) {
    if (each.is_string()) stack.own.push_back(each.get<std::string>());
  }
  return stack;
}

}  // namespace dualpath::results
