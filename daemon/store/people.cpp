#include "daemon/store/people.hpp"
