#include "ci/dualpath/list_tests.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace dualpath::cli {

bool ListsTests(const std::vector<std::string>& command) {
  return std::any_of(command.begin(), command.end(), [](const std::string& word) {
    return word.rfind("--gtest_list_tests", 0) == 0;
  });
}

Error ReplaceProcess(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  return Error::FromErrno("list the tests of", command[0], errno);
}

}  // namespace dualpath::cli
