package platform

import "testing"

func TestStackNamesAreReadBack(t *testing.T) {
	for _, name := range []string{"dev", "dev-eu", "local", "a23456789012345b", "api"} {
		env, err := ParseEnvironment(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range Stacks {
			got, stack, ok := ParseStackName(env.StackName(want))
			if !ok || got != name || stack != want {
				t.Errorf("%s: got %q %q %v", env.StackName(want), got, stack, ok)
			}
		}
	}
}

func TestForeignStackNamesAreNotOurs(t *testing.T) {
	for _, name := range []string{"", "Keyvex-", "Keyvex-dev", "Keyvex--Api", "keyvex-dev-Api", "Other-dev-Api", "Keyvex-dev-Apis", "Keyvex-Dev-Api"} {
		if env, stack, ok := ParseStackName(name); ok {
			t.Errorf("%q was read as %q %q", name, env, stack)
		}
	}
}

func TestRunTokensAreCloudFormationTokens(t *testing.T) {
	token := RunToken("0a1b2c", "Security", "1")
	if !IsRunToken(token) || IsRunToken("Console-ExecuteChangeSet-1") || IsRunToken("") {
		t.Errorf("%q", token)
	}
	if run, ok := RunOf(token); !ok || run != "0a1b2c" {
		t.Errorf("the run of %q is %q", token, run)
	}
	if _, ok := RunOf("Console-ExecuteChangeSet-1"); ok {
		t.Error("the console's token is taken for ours")
	}
	for _, r := range token {
		if !(r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			t.Errorf("%q holds %q", token, r)
		}
	}
}
