#include "ci/flakes/ctest_list.h"

#include <spdlog/fmt/fmt.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "helpers/base/deadline.h"

namespace dualpath::flakes {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Throws what nlohmann-json does.
void TakeProperty(const json& property, CtestCase& test, bool& is_case) {
  const auto name = property.at("name").get<std::string>();
  const json& value = property.at("value");
  if (name == "FIXTURES_SETUP" || name == "FIXTURES_CLEANUP" || name == "DISABLED") {
    is_case = is_case && value == json(false);
  } else if (name == "TIMEOUT") {
    test.timeout_seconds = value.get<double>();
  } else if (name == "WORKING_DIRECTORY") {
    test.command.working_directory = value.get<std::string>();
  } else if (name == "ENVIRONMENT") {
    for (const json& variable : value) {
      const auto text = variable.get<std::string>();
      const std::size_t equals = text.find('=');
      if (equals != std::string::npos) {
        test.command.environment[text.substr(0, equals)] = text.substr(equals + 1);
      }
    }
  }
}

}  // namespace

Result<std::vector<CtestCase>> ParseCtestList(const std::string& text) {
  try {
    std::vector<CtestCase> cases;
    const json list = json::parse(text);
    for (const json& each : list.at("tests")) {
      CtestCase test;
      test.name = each.at("name").get<std::string>();
      // A test whose program is not built has no command.
      if (!each.contains("command")) {
        return Error::Because("list the cases", test.name, "its program is not built");
      }
      each.at("command").get_to(test.command.argv);
      bool is_case = true;
      if (const auto properties = each.find("properties"); properties != each.end()) {
        for (const json& property : *properties) TakeProperty(property, test, is_case);
      }
      if (is_case) cases.push_back(std::move(test));
    }
    return cases;
  } catch (const json::exception& error) {
    return Error::Because("list the cases", "ctest's JSON", error.what());
  }
}

std::string BuildOf(const std::vector<CtestCase>& cases) {
  std::map<std::string, std::string> stamps;
  for (const CtestCase& each : cases) {
    for (const std::string& word : each.command.argv) {
      std::error_code ec;
      if (word.empty() || word[0] != '/' || !fs::is_regular_file(word, ec)) continue;
      stamps[word] = fmt::format("{}:{}:{}", word, fs::file_size(word, ec),
                                 fs::last_write_time(word, ec).time_since_epoch().count());
    }
  }
  std::string all;
  for (const auto& [file, stamp] : stamps) all += (all.empty() ? "" : " ") + stamp;
  return all;
}

Result<std::vector<CtestCase>> ListCtestCases(const std::string& build,
                                              const std::vector<std::string>& selection) {
  process::Command ctest{{"ctest", "--show-only=json-v1"}};
  ctest.argv.insert(ctest.argv.end(), selection.begin(), selection.end());
  ctest.working_directory = build;
  DUALPATH_TRY(const std::string json,
               process::ExecuteChecked(ctest, Deadline::In(std::chrono::minutes(1))));
  return ParseCtestList(json);
}

}  // namespace dualpath::flakes
